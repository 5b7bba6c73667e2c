"""Repeats a GeoTIFF n x n times as one tiled GeoTIFF, for a measurement that takes longer. Prints its size as JSON."""

import json
import sys

import numpy
import rasterio

source, target, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
with rasterio.open(source) as image:
    profile = {
        "driver": "GTiff",
        "width": image.width * times,
        "height": image.height * times,
        "count": image.count,
        "dtype": "uint8",
        "crs": image.crs,
        "transform": image.transform,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
        "predictor": 2,
        "photometric": "rgb",
        "alpha": "unspecified" if image.count == 4 else "no",
    }
    pixels = image.read()
with rasterio.open(target, "w", **profile) as image:
    image.write(numpy.tile(pixels, (1, times, times)))
    print(json.dumps({"width": image.width, "height": image.height}))
