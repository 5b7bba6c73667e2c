"""Prepared data: what preprocess leaves for train and evaluate, a folder of arrays and one JSON file."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from affine import Affine

from building_detector.canvas import Canvas
from building_detector.fault import Fault
from building_detector.labels import Labels

ARRAYS = ("image", "split", "instances", "owner")


@dataclass(frozen=True)
class Prepared:
    """The arrays of Canvas and Labels; `facts` is prepared.json: dataset, gsd, crs, transform, pixels, buildings."""

    image: np.ndarray
    split: np.ndarray
    labels: Labels
    facts: dict

    @property
    def gsd(self) -> float:
        """Metres on the ground per pixel."""
        return self.facts["gsd"]


def save(folder: Path, canvas: Canvas, labels: Labels, facts: dict) -> None:
    """Write the folder; the same input writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = (canvas.image, canvas.split, labels.instances, labels.owner)
    for name, array in zip(ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", array)
    transform = list(canvas.transform)[:6]
    facts = facts | {"gsd": canvas.gsd, "factor": canvas.factor, "crs": canvas.crs, "transform": transform}
    (folder / "prepared.json").write_text(json.dumps(facts, indent=2) + "\n")


def load(folder: Path) -> Prepared:
    """Read the folder. Raises Fault where it is not what preprocess writes."""
    missing = [name for name in [*(f"{name}.npy" for name in ARRAYS), "prepared.json"] if not (folder / name).is_file()]
    if missing:
        raise Fault(f"{folder} is no prepared data ({missing[0]} is missing): run the entry point preprocess first")
    image, split, instances, owner = (np.load(folder / f"{name}.npy") for name in ARRAYS)
    return Prepared(image, split, Labels(instances, owner), json.loads((folder / "prepared.json").read_text()))


def region(prepared: Prepared, split: int) -> tuple[slice, slice]:
    """The rows and columns that hold all pixels of a split. Raises Fault where it has none."""
    rows, columns = np.nonzero(prepared.split == split)
    if not len(rows):
        raise Fault("a split has no pixel with data: add chips")
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def transform_of(prepared: Prepared) -> Affine:
    """From canvas pixels to coordinates of the canvas CRS."""
    return Affine(*prepared.facts["transform"])
