"""Entry point postprocess: a raster of probabilities becomes buildings as GeoJSON."""

import argparse
import json
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioIOError

from building_detector.entry import run_entry
from building_detector.fault import Fault
from building_detector.polygons import trace
from building_detector.progress import Progress
from building_detector.score import MIN_AREA


def postprocess(probability: Path, out: Path, threshold: float, min_area: float) -> int:
    """Write a FeatureCollection (EPSG:4326, RFC 7946) and return the number of buildings. Raises Fault for bad input."""
    if not 0 < threshold < 1:
        raise Fault(f"threshold={threshold} is not between 0 and 1: take the one in the version's run.json")
    if not probability.is_file():
        raise Fault(f"no raster at {probability}: run the entry point inference first")
    try:
        with rasterio.open(probability) as raster:
            values, crs, place = raster.read(1), raster.crs, raster.transform
    except RasterioIOError as error:
        raise Fault(f"cannot read {probability}: {error}; run the entry point inference again") from error
    if crs is None or not np.issubdtype(values.dtype, np.floating):
        raise Fault(f"{probability} is not a georeferenced raster of probabilities: run the entry point inference")
    features = trace(values, place, crs.to_string(), threshold, min_area)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"type": "FeatureCollection", "features": features}) + "\n")
    return len(features)


def _act(arguments: argparse.Namespace) -> None:
    with Progress("tracing buildings") as progress:
        count = postprocess(arguments.probability, arguments.out, arguments.threshold, arguments.min_area)
        progress.say(100, f"wrote {count} buildings")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="postprocess", description=__doc__)
    parser.add_argument("--probability", type=Path, required=True, help="GeoTIFF that inference wrote")
    parser.add_argument("--out", type=Path, required=True, help="GeoJSON to write")
    parser.add_argument("--threshold", type=float, default=0.5, help="least probability of a building's pixels")
    parser.add_argument("--min-area", type=float, default=MIN_AREA, help="least area of a building in m²")
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
