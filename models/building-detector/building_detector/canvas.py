"""The canvas: all chips on one pixel grid at the model's resolution, with the split of each pixel."""

from dataclasses import dataclass

import numpy as np
from affine import Affine
from pyproj import CRS, Geod, Transformer

from building_detector.chips import Chip, read_pixels
from building_detector.fault import Fault
from building_detector.split import split_cells

ALIGNMENT = 0.05
"""Pixels that a chip may lie off the common grid (rounding of coordinates in its header)."""

TOLERANCE = 0.15
"""How far the wanted resolution may be from an integer multiple of the native one."""


@dataclass(frozen=True)
class Canvas:
    """`image` uint8 [H, W, 3]; `split` uint8 [H, W], see split.py; `gsd` metres on the ground per pixel."""

    image: np.ndarray
    split: np.ndarray
    crs: str
    transform: Affine
    gsd: float
    factor: int
    bbox: tuple[float, float, float, float]


def lay_canvas(chips: list[Chip], gsd: float) -> Canvas:
    """Join the chips and reduce them to `gsd` (0: native) by box averages. Raises Fault where they fit on no one grid."""
    places = _grid(chips)
    width, height = chips[0].width, chips[0].height
    left, top = min(x for x, _ in places), min(y for _, y in places)
    columns = max(x for x, _ in places) - left + width
    rows = max(y for _, y in places) - top + height
    try:
        splits = split_cells([(round((x - left) / width), round((y - top) / height)) for x, y in places])
    except ValueError as error:
        raise Fault(f"{len(chips)} chips cannot be split: {error}; add chips") from error
    image = np.zeros((rows, columns, 3), np.uint8)
    split = np.zeros((rows, columns), np.uint8)
    taken = np.zeros((rows, columns), bool)
    for chip, (x, y) in zip(chips, places, strict=True):
        part = np.s_[y - top : y - top + height, x - left : x - left + width]
        if taken[part].any():
            raise Fault(f"chip {chip.path.name} overlaps another: training and test must share no pixel; remove one")
        taken[part] = True
        pixels, valid = read_pixels(chip)
        image[part] = pixels
        split[part] = np.where(valid, splits[round((x - left) / width), round((y - top) / height)], 0)
    transform = chips[0].transform @ Affine.translation(left - places[0][0], top - places[0][1])
    native, bbox = ground(chips[0].crs, transform, columns, rows)
    factor = reduction(native, gsd)
    return Canvas(
        image=box_average(image, factor),
        split=_unanimous(split, factor),
        crs=chips[0].crs,
        transform=transform @ Affine.scale(factor),
        gsd=round(native * factor, 4),
        factor=factor,
        bbox=bbox,
    )


def _grid(chips: list[Chip]) -> list[tuple[int, int]]:
    first = chips[0]
    inverse = ~first.transform
    places = []
    for chip in chips:
        x, y = inverse @ (chip.transform.c, chip.transform.f)
        if not _alike(chip, first):
            raise Fault(f"chip {chip.path.name} differs from {first.path.name} in CRS, size or resolution: use one grid")
        if max(abs(x - round(x)), abs(y - round(y))) > ALIGNMENT:
            raise Fault(f"chip {chip.path.name} is not on the pixel grid of {first.path.name}: cut all chips from one grid")
        places.append((round(x), round(y)))
    return places


def _alike(chip: Chip, first: Chip) -> bool:
    """Whether two chips have one CRS, size, resolution and orientation: then only their origins differ."""
    sides = max(first.width, first.height)
    slack = ALIGNMENT * abs(first.transform.a) / sides
    steps = [(getattr(chip.transform, name), getattr(first.transform, name)) for name in "abde"]
    return (
        chip.crs == first.crs
        and (chip.width, chip.height) == (first.width, first.height)
        and all(abs(one - other) <= slack for one, other in steps)
    )


def ground(crs: str, transform: Affine, columns: int, rows: int) -> tuple[float, tuple[float, float, float, float]]:
    """Metres on the WGS 84 ellipsoid per pixel at the centre, and the bbox in EPSG:4326 (west, south, east, north)."""
    to_degrees = Transformer.from_crs(CRS.from_user_input(crs), 4326, always_xy=True)
    middle = [transform @ (columns / 2 + dx, rows / 2) for dx in (-50, 50)]
    (lon1, lat1), (lon2, lat2) = (to_degrees.transform(*point) for point in middle)
    metres = Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)[2]
    (x0, y0), (x1, y1) = transform @ (0, 0), transform @ (columns, rows)
    bounds = to_degrees.transform_bounds(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return metres / 100, tuple(round(value, 7) for value in bounds)


def reduction(native: float, gsd: float) -> int:
    """The integer factor that takes `native` to about `gsd` metres a pixel (0: 1). Raises Fault beyond TOLERANCE."""
    if gsd <= 0:
        return 1
    factor = max(1, round(gsd / native))
    if abs(gsd / native - factor) / factor > TOLERANCE:
        raise Fault(f"the imagery has {native:.3f} m a pixel: {gsd} m is not near a multiple; use gsd={native * factor:.3f} or 0")
    return factor


def box_average(image: np.ndarray, factor: int) -> np.ndarray:
    """Means of factor x factor boxes, rounded half up, of uint8 [H, W, C]; a rest at the right and below is dropped."""
    rows, columns = image.shape[0] // factor, image.shape[1] // factor
    boxes = image[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor, -1)
    area = factor * factor
    return ((boxes.sum((1, 3), dtype=np.uint32) + area // 2) // area).astype(np.uint8)


def _unanimous(split: np.ndarray, factor: int) -> np.ndarray:
    rows, columns = split.shape[0] // factor, split.shape[1] // factor
    boxes = split[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    low, high = boxes.min((1, 3)), boxes.max((1, 3))
    return np.where(low == high, low, 0)
