"""Progress on standard output: `progress <percent> <words>`, at least every two seconds while something runs."""

import threading
from types import TracebackType

BEAT = 1.5
"""Seconds after which the last line is repeated, so that whoever watches knows the program is alive."""


class Progress:
    """Prints progress lines; while it is open, a thread repeats the last one."""

    def __init__(self, words: str) -> None:
        self._line = f"progress 0 {words}"
        self._changed = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Progress":
        print(self._line, flush=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closed = True
        self._changed.set()
        self._thread.join()

    def say(self, percent: float, words: str) -> None:
        """Print a line now; percent is cut to whole numbers of 0..100."""
        self._line = f"progress {max(0, min(100, int(percent)))} {words}"
        print(self._line, flush=True)
        self._changed.set()

    def _beat(self) -> None:
        while not self._closed:
            if not self._changed.wait(BEAT):
                print(self._line, flush=True)
            self._changed.clear()
