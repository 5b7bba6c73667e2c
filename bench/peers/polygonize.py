"""GDAL's polygonize of a mask, and whether the polygons that came of ours are the same.

Arguments: a file of size x size bytes, the size, and a file of our polygons as JSON (rings of pixel corners). Prints one
line of JSON: seconds of the fastest of five, polygons, and how many of ours are not among GDAL's and the other way round.
"""

import json
import sys
import time

import numpy
import rasterio.features
from shapely import Polygon, normalize, to_wkb

mask_file, size, ours_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
mask = numpy.fromfile(mask_file, numpy.uint8).reshape(size, size)


def polygonize():
    began = time.perf_counter()
    polygons = list(rasterio.features.shapes(mask, mask=mask, connectivity=4))
    return time.perf_counter() - began, polygons


runs = [polygonize() for _ in range(5)]
theirs = {to_wkb(normalize(Polygon(outline["coordinates"][0], outline["coordinates"][1:]))) for outline, _ in runs[0][1]}
with open(ours_file) as file:
    ours = {to_wkb(normalize(Polygon(rings[0], rings[1:]))) for rings in json.load(file)}
seconds = min(run[0] for run in runs)
print(json.dumps({"seconds": seconds, "polygons": len(theirs), "differ": len(ours ^ theirs)}))
