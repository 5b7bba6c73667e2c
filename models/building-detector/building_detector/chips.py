"""Chips: the image tiles of a dataset, each with its place on the ground."""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

from building_detector.fault import Fault

TILE_NAME = re.compile(r"-(\d+)-(\d+)-(\d+)\.(?:jpg|jpeg|png)$", re.IGNORECASE)
MERCATOR_HALF = 20037508.342789244
"""Half the width of the web-mercator square in metres (pi times the WGS 84 semi-major axis)."""


@dataclass(frozen=True)
class Chip:
    """One chip. `transform` maps (column, row) to coordinates of `crs`; width and height are pixels."""

    path: Path
    crs: str
    transform: Affine
    width: int
    height: int


def find_chips(dataset: Path) -> list[Chip]:
    """The chips of a dataset folder, sorted by name. Raises Fault where there are none or one has no place."""
    folder = dataset / "chips"
    if not folder.is_dir():
        raise Fault(f"no folder chips/ in {dataset}: a dataset holds chips/ and labels.geojson")
    suffixes = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    if not paths:
        raise Fault(f"no chips in {folder}: put JPEG, PNG (NAME-x-y-z.jpg) or GeoTIFF chips there")
    return [open_chip(path) for path in paths]


def open_chip(path: Path) -> Chip:
    """Read one chip's size and place, not its pixels. Raises Fault where it is unreadable or has no place."""
    try:
        with _opened(path) as raster:
            width, height, crs, transform = raster.width, raster.height, raster.crs, raster.transform
    except RasterioIOError as error:
        raise Fault(f"cannot read chip {path.name}: {error}; replace it or take it out of the dataset") from error
    if path.suffix.lower() in {".tif", ".tiff"}:
        if crs is None:
            raise Fault(f"chip {path.name} has no georeference: write it as a GeoTIFF with a CRS")
        return Chip(path, crs.to_string(), transform, width, height)
    name = TILE_NAME.search(path.name)
    if name is None:
        raise Fault(f"chip {path.name} is not named NAME-x-y-z{path.suffix}: its place on the ground is unknown")
    x, y, zoom = (int(part) for part in name.groups())
    side = 2 * MERCATOR_HALF / 2**zoom
    origin = Affine.translation(x * side - MERCATOR_HALF, MERCATOR_HALF - y * side)
    return Chip(path, "EPSG:3857", origin @ Affine.scale(side / width, -side / height), width, height)


def _opened(path: Path) -> rasterio.DatasetReader:
    with warnings.catch_warnings():
        # A tile's place is in its name: that the file has none is no surprise.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path)


def read_pixels(chip: Chip) -> tuple[np.ndarray, np.ndarray]:
    """RGB as uint8 [H, W, 3] with zeros where there is no data, and the mask of data as bool [H, W]."""
    with _opened(chip.path) as raster:
        if raster.count < 3 or raster.dtypes[0] != "uint8":
            raise Fault(f"chip {chip.path.name} is not 8-bit RGB: it has {raster.count} bands of {raster.dtypes[0]}")
        pixels = np.moveaxis(raster.read([1, 2, 3]), 0, 2)
        valid = raster.dataset_mask() > 0
    return np.where(valid[..., None], pixels, 0).astype(np.uint8), valid
