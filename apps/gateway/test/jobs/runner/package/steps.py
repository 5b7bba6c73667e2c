"""Entry points of a package that does nothing: what the runners' tests watch. Only the standard library."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request


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


def hang() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    print("pids", json.dumps([os.getpid(), child.pid]), flush=True)
    print("progress 20 thinking", flush=True)
    time.sleep(600)


def hesitate(out: str) -> None:
    """Leaves half its output and hangs, unless it was tried before."""
    count = note()
    print(f"progress 50 try {count}", flush=True)
    with open(out, "x") as file:
        file.write("half")
        if count == 1:
            file.flush()
            time.sleep(600)
        file.write(" and half")


def linger(out: str) -> None:
    """Goes on once the test says so."""
    note()
    print("progress 50 lingering", flush=True)
    while not ask("GET"):
        time.sleep(0.2)
    write("well", out)


def unreachable() -> None:
    """Asks a server that is away."""
    note()
    print("progress 10 asking", flush=True)
    free = socket.create_server(("127.0.0.1", 0))
    address = free.getsockname()
    free.close()
    socket.create_connection(address)


def note() -> int:
    """Notes a try with the test; answers how many there were."""
    return ask("POST")


def ask(method: str) -> int:
    request = urllib.request.Request(os.environ["TRIES"], method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return int(answer.read())


def environment(out: str) -> None:
    with open(out, "w") as file:
        json.dump(dict(os.environ), file)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
