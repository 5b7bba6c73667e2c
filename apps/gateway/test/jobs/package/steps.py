"""Entry points of a package that does nothing: what the runner's tests watch. Only the standard library."""

import json
import os
import subprocess
import sys
import time


def write(text: str, out: str) -> None:
    for percent in (0, 50, 100):
        print(f"progress {percent} writing", flush=True)
    print("wrote it", flush=True)
    with open(out, "w") as file:
        file.write(text)


def fail() -> None:
    print("progress 10 trying", flush=True)
    print("error: the chips have no colour", file=sys.stderr, flush=True)
    sys.exit(2)


def hang(pids: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    with open(pids, "w") as file:
        json.dump([os.getpid(), child.pid], file)
    print("progress 20 thinking", flush=True)
    time.sleep(600)


def environment(out: str) -> None:
    with open(out, "w") as file:
        json.dump(dict(os.environ), file)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
