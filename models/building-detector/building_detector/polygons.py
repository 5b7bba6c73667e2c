"""From probabilities to buildings: GeoJSON polygons that follow the pixels' edges."""

import numpy as np
from affine import Affine
from pyproj import CRS, Geod, Transformer
from rasterio.features import shapes
from scipy import ndimage
from shapely import transform as move
from shapely.geometry import mapping, shape

DIGITS = 7
"""Decimals of a degree, as in OpenStreetMap: about a centimetre."""


def trace(probability: np.ndarray, place: Affine, crs: str, threshold: float, min_area: float) -> list[dict]:
    """Buildings as GeoJSON features in EPSG:4326, in reading order of their first pixel.

    probability float32 [H, W]; `place` maps pixels to `crs`; min_area in m². Pixels that share an edge are one building.
    Properties: `confidence` (mean probability inside) and `area` in m² on the WGS 84 ellipsoid.
    """
    patches, count = ndimage.label(probability >= threshold)
    confidence = ndimage.mean(probability, patches, np.arange(1, count + 1))
    to_degrees = Transformer.from_crs(CRS.from_user_input(crs), 4326, always_xy=True)
    ellipsoid = Geod(ellps="WGS84")
    features: dict[int, dict] = {}
    for geometry, value in shapes(patches.astype(np.int32), mask=patches > 0, connectivity=4, transform=place):
        polygon = move(shape(geometry), to_degrees.transform, interleaved=False)
        area = abs(ellipsoid.geometry_area_perimeter(polygon)[0])
        if area < min_area:
            continue
        rounded = move(polygon, lambda points: np.round(points, DIGITS))
        properties = {"confidence": round(float(confidence[int(value) - 1]), 4), "area": round(area, 2)}
        features[int(value)] = {"type": "Feature", "geometry": mapping(rounded), "properties": properties}
    return [features[value] for value in sorted(features)]
