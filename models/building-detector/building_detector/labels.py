"""Labels: building polygons drawn onto the canvas, each belonging to exactly one split."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.features import rasterize
from shapely import make_valid, transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from building_detector.canvas import Canvas
from building_detector.fault import Fault


@dataclass(frozen=True)
class Labels:
    """`instances` int32 [H, W]: 0 or 1 + index of the building; `owner` uint8 [buildings + 1]: the split each belongs to."""

    instances: np.ndarray
    owner: np.ndarray


def read_polygons(dataset: Path) -> list[BaseGeometry]:
    """The polygons of labels.geojson in EPSG:4326, repaired where they cross themselves. Raises Fault where unreadable."""
    path = dataset / "labels.geojson"
    if not path.is_file():
        raise Fault(f"no labels.geojson in {dataset}: a dataset holds chips/ and labels.geojson (EPSG:4326)")
    try:
        features = json.loads(path.read_bytes())["features"]
        geometries = [shape(feature["geometry"]) for feature in features if feature["geometry"] is not None]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(f"{path} is not a GeoJSON FeatureCollection: {error!r}") from error
    areal = [geometry for geometry in geometries if geometry.geom_type in {"Polygon", "MultiPolygon"}]
    if not areal:
        raise Fault(f"{path} holds no polygon: there is nothing to learn from")
    return [geometry if geometry.is_valid else make_valid(geometry) for geometry in areal]


def draw_labels(polygons: list[BaseGeometry], canvas: Canvas) -> Labels:
    """Draw the buildings onto the canvas, large ones first so that a small one inside a block stays visible.

    A building belongs to the split that holds its interior point, also where parts of it reach into another; where the
    point is on no chip it belongs to none (0).
    """
    to_crs = Transformer.from_crs(4326, CRS.from_user_input(canvas.crs), always_xy=True)
    placed = [_pixels(polygon, to_crs, ~canvas.transform) for polygon in polygons]
    rows, columns = canvas.split.shape
    owner = np.zeros(len(placed) + 1, np.uint8)
    for index, geometry in enumerate(placed, start=1):
        point = geometry.representative_point()
        column, row = int(np.floor(point.x)), int(np.floor(point.y))
        if 0 <= column < columns and 0 <= row < rows:
            owner[index] = canvas.split[row, column]
    order = sorted(range(len(placed)), key=lambda index: (-placed[index].area, index))
    instances = rasterize([(placed[index], index + 1) for index in order], out_shape=(rows, columns), fill=0, dtype="int32")
    return Labels(instances=instances, owner=owner)


def _pixels(polygon: BaseGeometry, to_crs: Transformer, inverse: Affine) -> BaseGeometry:
    def place(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        east, north = to_crs.transform(x, y)
        return inverse.a * east + inverse.b * north + inverse.c, inverse.d * east + inverse.e * north + inverse.f

    return transform(polygon, place, interleaved=False)


def foreign(labels: Labels, split: np.ndarray) -> np.ndarray:
    """bool [H, W]: parts of buildings that belong to another split than the pixel's: neither trained on nor counted."""
    return (labels.instances > 0) & (labels.owner[labels.instances] != split)
