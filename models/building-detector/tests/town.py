"""A tiny town on GeoTIFF chips in UTM, made by arithmetic: bright roofs on dark ground, some across chip borders."""

import json
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer

CRS, GSD, WEST, NORTH = "EPSG:32645", 0.3, 350000.0, 3057000.0
CHIP, COLUMNS, ROWS = 96, 3, 3

ROOFS = [
    (20, 20, 40, 34), (60, 20, 84, 44), (20, 60, 34, 84), (50, 60, 80, 80),
    (88, 10, 110, 30),  # across the first and second column
    (120, 50, 150, 70), (110, 110, 140, 130), (20, 110, 50, 140), (60, 120, 80, 150),
    (170, 40, 206, 60),  # across the border of the test column, with the larger part before it
    (186, 100, 226, 120),  # across the same border, with the larger part behind it
    (210, 20, 240, 40), (240, 150, 270, 180), (20, 200, 50, 230), (110, 210, 140, 240), (210, 220, 240, 260),
]  # fmt: skip
"""Left, top, right, bottom in pixels of the whole town."""


def build_town(folder: Path) -> Path:
    """Write chips/ and labels.geojson and return the folder."""
    (folder / "chips").mkdir(parents=True)
    height, width = CHIP * ROWS, CHIP * COLUMNS
    noise = np.random.default_rng(7).integers(0, 30, (height, width, 3))
    pixels = (70 + noise).astype(np.uint8)
    for left, top, right, bottom in ROOFS:
        pixels[top:bottom, left:right] = 200
    for row in range(ROWS):
        for column in range(COLUMNS):
            part = pixels[row * CHIP : (row + 1) * CHIP, column * CHIP : (column + 1) * CHIP]
            write_chip(folder / "chips" / f"town-{column}-{row}.tif", part, column * CHIP, row * CHIP)
    features = [{"type": "Feature", "properties": {}, "geometry": outline(roof)} for roof in ROOFS]
    (folder / "labels.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return folder


def write_chip(path: Path, pixels: np.ndarray, left: int, top: int, crs: str | None = CRS) -> None:
    """Write uint8 [H, W, 3] as a GeoTIFF with alpha, `left` and `top` pixels from the town's corner."""
    place = Affine.translation(WEST + left * GSD, NORTH - top * GSD) @ Affine.scale(GSD, -GSD)
    bands = np.concatenate([np.moveaxis(pixels, 2, 0), np.full((1, *pixels.shape[:2]), 255, np.uint8)])
    with rasterio.open(
        path, "w", driver="GTiff", width=pixels.shape[1], height=pixels.shape[0], count=4, dtype="uint8",
        crs=crs, transform=place, photometric="RGB", alpha="YES",
    ) as raster:  # fmt: skip
        raster.write(bands)


def outline(roof: tuple[int, int, int, int]) -> dict:
    """A roof as a GeoJSON polygon in EPSG:4326."""
    left, top, right, bottom = roof
    to_degrees = Transformer.from_crs(CRS, 4326, always_xy=True)
    corners = [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]
    ring = [to_degrees.transform(WEST + x * GSD, NORTH - y * GSD) for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}
