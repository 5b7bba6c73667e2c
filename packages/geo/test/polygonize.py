"""Polygons of masks as GDAL traces them, 4-connected: reads JSON lines of {width, height, mask: base64} and answers each.

Needs numpy and rasterio (tools/test-readers.sh polygonize). Coordinates are pixel corners. Rings are put into the form of
trace.ts, which changes no shape: straight points dropped, outer rings counterclockwise on the screen, each ring from its
smallest point, holes and polygons sorted.
"""

import base64
import json
import sys

import numpy as np
from rasterio.features import shapes


def form(ring: list, hole: bool) -> list[int]:
    points = [(int(x), int(y)) for x, y in ring[:-1]]
    n = len(points)
    turns = [
        p
        for i, p in enumerate(points)
        if (p[0] - points[i - 1][0]) * (points[(i + 1) % n][1] - p[1])
        != (p[1] - points[i - 1][1]) * (points[(i + 1) % n][0] - p[0])
    ]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(turns, turns[1:] + turns[:1]))
    if (area > 0) != hole:
        turns.reverse()
    start = turns.index(min(turns))
    return [v for p in turns[start:] + turns[:start] for v in p]


for line in sys.stdin:
    given = json.loads(line)
    raster = np.frombuffer(base64.b64decode(given["mask"]), np.uint8).reshape(given["height"], given["width"])
    polygons = []
    for shape, _ in shapes(raster, mask=raster == 1, connectivity=4):
        outer, *holes = shape["coordinates"]
        polygons.append([form(outer, False), *sorted(form(hole, True) for hole in holes)])
    print(json.dumps(sorted(polygons)))
