"""Entry points of a package that does nothing: what the runners' tests watch. Only the standard library."""

import json
import os
import socket
import subprocess
import sys
import time


def write(text: str, out: str) -> None:
    for percent in (0, 50, 100):
        print(f"progress {percent} writing", flush=True)
    print("wrote it", flush=True)
    with open(out, "w") as file:
        file.write(text)


def copy(source: str, out: str) -> None:
    print("progress 50 copying", flush=True)
    with open(source) as given, open(out, "x") as file:
        file.write(given.read())


def fail() -> None:
    print("progress 10 trying", flush=True)
    print("error: the chips have no colour", file=sys.stderr, flush=True)
    sys.exit(2)


def tell() -> None:
    token = os.environ["MLFLOW_TRACKING_TOKEN"]
    print(f"my token is {token}, really", flush=True)
    print(f"error: I was given {token}", file=sys.stderr, flush=True)
    sys.exit(1)


def hang(pids: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    with open(pids, "w") as file:
        json.dump([os.getpid(), child.pid], file)
    print("progress 20 thinking", flush=True)
    time.sleep(600)


def hesitate(tries: str, out: str) -> None:
    """Leaves half its output and hangs, unless it was tried before."""
    count = note(tries)
    print(f"progress 50 try {count}", flush=True)
    with open(out, "x") as file:
        file.write("half")
        if count == 1:
            file.flush()
            time.sleep(600)
        file.write(" and half")


def unreachable(tries: str) -> None:
    """Asks a server that is away."""
    note(tries)
    print("progress 10 asking", flush=True)
    free = socket.create_server(("127.0.0.1", 0))
    address = free.getsockname()
    free.close()
    socket.create_connection(address)


def note(tries: str) -> int:
    """Notes a try and when it was, in seconds; answers how many there were."""
    with open(tries, "a") as file:
        file.write(f"{time.time()}\n")
    with open(tries) as file:
        return len(file.readlines())


def environment(out: str) -> None:
    with open(out, "w") as file:
        json.dump(dict(os.environ), file)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
