"""From a GeoTIFF to buildings as GeoJSON, as an engineer would write it with the usual libraries.

Windows of the image overlap, and each answers for its middle; the outlines of all windows are united, simplified and
written in longitude and latitude. Prints one line of JSON: seconds in all, seconds within onnxruntime, 256 x 256 pixel
tiles of the image, buildings.
"""

import argparse
import json
import time

import numpy
import onnxruntime
import rasterio
import rasterio.features
import rasterio.warp
from rasterio.windows import Window
from shapely.geometry import mapping, shape
from shapely.ops import unary_union


def windows(width, height, core):
    for top in range(0, height, core):
        for left in range(0, width, core):
            yield left, top, min(core, width - left), min(core, height - top)


def find(session, image, args):
    """Outlines in the image's coordinates, and the seconds that the network took."""
    core = args.window - 2 * args.overlap
    found, inside = [], 0.0
    for left, top, width, height in windows(image.width, image.height, core):
        window = Window(left - args.overlap, top - args.overlap, args.window, args.window)
        rgb = image.read([1, 2, 3], window=window, boundless=True, fill_value=0)
        alpha = image.read_masks(1, window=Window(left, top, width, height))
        if not alpha.any():
            continue
        pixels = (rgb.astype(numpy.float32) / 255)[numpy.newaxis]
        began = time.perf_counter()
        (probability,) = session.run(["probability"], {"image": pixels})
        inside += time.perf_counter() - began
        rows, columns = slice(args.overlap, args.overlap + height), slice(args.overlap, args.overlap + width)
        mask = ((probability[0, 0, rows, columns] >= args.threshold) & (alpha > 0)).astype(numpy.uint8)
        transform = rasterio.windows.transform(Window(left, top, width, height), image.transform)
        found += [shape(outline) for outline, _ in rasterio.features.shapes(mask, mask=mask, transform=transform)]
    return found, inside


def write(found, image, args):
    united = unary_union(found)
    parts = [] if united.is_empty else getattr(united, "geoms", [united])
    tolerance = 0.75 * image.res[0]
    kept = [part.simplify(tolerance) for part in parts if part.area >= args.min_area]
    geometries = rasterio.warp.transform_geom(image.crs, "EPSG:4326", [mapping(part) for part in kept], precision=7)
    features = [
        {"type": "Feature", "geometry": geometry, "properties": {"area_m2": round(part.area, 2)}}
        for geometry, part in zip(geometries, kept)
    ]
    with open(args.out, "w") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file)
    return len(features)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    parser.add_argument("weights")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--threshold", type=float, required=True)
    parser.add_argument("--min-area", type=float, required=True)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--overlap", type=int, default=64)
    args = parser.parse_args()

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(args.weights, options, providers=["CPUExecutionProvider"])
    # The first run lays out memory: neither side is timed while it warms up.
    session.run(["probability"], {"image": numpy.zeros((1, 3, args.window, args.window), numpy.float32)})
    with rasterio.open(args.image) as image:
        began = time.perf_counter()
        found, inside = find(session, image, args)
        features = write(found, image, args)
        seconds = time.perf_counter() - began
        tiles = image.width * image.height / 256**2
    print(json.dumps({"seconds": seconds, "network": inside, "tiles": tiles, "features": features}))


main()
