"""What all entry points share: a fault ends the program with exit code 2 and one line that says what to do."""

import argparse
import sys
from collections.abc import Callable

from building_detector.fault import Fault

EXIT_FAULT = 2


def run_entry(parser: argparse.ArgumentParser, act: Callable[[argparse.Namespace], None]) -> None:
    """Parse the command line and act. Faults go to standard error; any other error keeps its traceback (exit code 1)."""
    arguments = parser.parse_args()
    try:
        act(arguments)
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr, flush=True)
        sys.exit(EXIT_FAULT)
