"""The training parameters and their defaults, which MLproject, stac-item.json and its schema repeat (a test compares)."""

import argparse
from dataclasses import dataclass, fields

from building_detector.fault import Fault


@dataclass(frozen=True)
class Parameters:
    """`gsd` metres per pixel (0: native of the data); `window` pixels; `cpu_cap` the widest vector instructions used."""

    seed: int = 0
    steps: int = 400
    batch: int = 8
    window: int = 256
    lr: float = 0.003
    threads: int = 2
    width: int = 16
    gsd: float = 0.3
    cpu_cap: str = "avx2"


LEAST = {"seed": 0, "steps": 2, "batch": 1, "window": 64, "lr": 1e-6, "threads": 1, "width": 4, "gsd": 0}
"""Smallest value of each number; the network's width must also be a multiple of 4 and the window of 16."""


def add_arguments(parser: argparse.ArgumentParser, *names: str) -> None:
    """Declare the named parameters as options of an entry point."""
    for field in fields(Parameters):
        if field.name in names:
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, default=field.default)


def check(values: dict[str, object]) -> None:
    """Raise Fault for a value that the training cannot use."""
    for name, value in values.items():
        if name in LEAST and not value >= LEAST[name]:
            raise Fault(f"parameter {name}={value} is too small: give at least {LEAST[name]}")
    if values.get("width", 4) % 4:
        raise Fault(f"parameter width={values['width']} is not a multiple of 4: the network's levels could not share it")
    if values.get("window", 16) % 16:
        raise Fault(f"parameter window={values['window']} is not a multiple of 16, the network's stride")
    if values.get("cpu_cap", "avx2") not in {"avx2", "avx512", "native"}:
        raise Fault(f"parameter cpu_cap={values['cpu_cap']} is unknown: use avx2, avx512 or native")
