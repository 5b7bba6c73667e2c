"""The dataset folder as bytes: its list of files and the digest that names it everywhere."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from building_detector.fault import Fault

NOTES = ("labels.geojson", "dataset.json")
"""The files beside chips/ that belong to a dataset."""


@dataclass(frozen=True)
class Content:
    """A folder's content: `digest` is 'sha256:' + hex, `size` in bytes."""

    digest: str
    files: int
    size: int


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, as lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def listing_digest(entries: dict[str, str]) -> str:
    """'sha256:' + SHA-256 over the lines `<path>\\t<sha256 hex>\\n`, sorted by path in code point order."""
    lines = "".join(f"{path}\t{entries[path]}\n" for path in sorted(entries))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def content_of(folder: Path) -> Content:
    """Digest, number and bytes of what is the dataset in `folder`: chips/, labels.geojson and dataset.json.

    A folder may hold more, such as imagery to predict on or a read-me; that is not part of the dataset and Cairn does
    not upload it. Raises Fault where there is no such folder.
    """
    if not folder.is_dir():
        raise Fault(f"no dataset folder at {folder}: give the path of a folder that holds chips/ and labels.geojson")
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    paths = {name: path for name, path in paths.items() if name.startswith("chips/") or name in NOTES}
    return Content(
        digest=listing_digest({name: file_digest(path) for name, path in paths.items()}),
        files=len(paths),
        size=sum(path.stat().st_size for path in paths.values()),
    )
