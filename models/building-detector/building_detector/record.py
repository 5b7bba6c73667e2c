"""The record of a run: from which code, environment and processor its weights came."""

import os
import platform
import subprocess
from pathlib import Path

from building_detector.cpu import cpu_class
from building_detector.dataset import file_digest, listing_digest

PACKAGE = Path(__file__).resolve().parent.parent


def origin_of(cap: str) -> dict:
    """Where the weights of a run that starts now come from; `cap` holds the processor to narrower instructions."""
    return {
        "commit": commit(),
        "package_digest": package_digest(),
        "environment": environment(),
        "cpu": {"class": cpu_class(), "cap": cap},
    }


def environment() -> dict[str, str]:
    """Python, the digest of the lock that names every package, and the platform."""
    return {
        "python": platform.python_version(),
        "lock_digest": "sha256:" + file_digest(PACKAGE / "requirements.lock"),
        "platform": f"{platform.system().lower()}-{platform.machine()}",
    }


def package_files(package: Path = PACKAGE) -> list[str]:
    """The package's own files, as relative paths: what git tracks, without what a training leaves (versions/, card.md).

    Where there is no git (in an image), all files but caches.
    """
    listed = _git(package, "ls-files", "-z", "--", ".")
    if listed is None:
        found = [path.relative_to(package) for path in package.rglob("*") if path.is_file()]
        names = [path.as_posix() for path in found if not any(part in _CACHES for part in path.parts)]
    else:
        names = [name for name in listed.split("\0") if name]
    return sorted(name for name in names if name != "card.md" and not name.startswith("versions/"))


_CACHES = {"__pycache__", ".pytest_cache", "mlruns"}


def package_digest(package: Path = PACKAGE) -> str:
    """'sha256:' + hex over the package's files, in the same lines as a dataset's digest."""
    return listing_digest({name: file_digest(package / name) for name in package_files(package)})


def commit(package: Path = PACKAGE) -> str | None:
    """The git commit that the package's files are from, or None where they differ from it or there is no git.

    In an image the caller may name it in CAIRN_SOURCE_COMMIT.
    """
    status = _git(package, "status", "--porcelain", "--", ".", ":(exclude)versions", ":(exclude)card.md")
    if status is None:
        return os.environ.get("CAIRN_SOURCE_COMMIT")
    head = _git(package, "rev-parse", "HEAD")
    return None if status or head is None else head.strip()


def _git(package: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(package), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
