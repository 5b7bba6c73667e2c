"""Entry point inference: an image becomes a raster of probabilities, on the image's grid reduced to the model's resolution."""

import argparse
from pathlib import Path

import numpy as np
import rasterio
import yaml
from affine import Affine

from building_detector.canvas import box_average, ground, reduction
from building_detector.chips import open_chip, read_pixels
from building_detector.entry import run_entry
from building_detector.fault import Fault
from building_detector.predictor import Predictor, model_path
from building_detector.progress import Progress

MOST_PIXELS = 200_000_000
"""Of one image. It is held in memory; larger imagery is for the platform, which reads it in blocks."""


def infer(model: Path, image: Path, out: Path, threads: int, progress: Progress) -> None:
    """Write `out`, a GeoTIFF of float32 probabilities; no data (-1) where the image has none. Raises Fault for bad input."""
    path = model_path(model)
    predictor = Predictor(path, threads)
    if not image.is_file():
        raise Fault(f"no image at {image}: give a GeoTIFF, or a JPEG or PNG tile named NAME-x-y-z")
    chip = open_chip(image)
    if chip.width * chip.height > MOST_PIXELS:
        raise Fault(f"{image.name} has {chip.width} x {chip.height} pixels, more than {MOST_PIXELS:,}: cut it into parts")
    native, _ = ground(chip.crs, chip.transform, chip.width, chip.height)
    factor = reduction(native, gsd_of(path))
    progress.say(10, "reading the image")
    pixels, valid = read_pixels(chip)
    reduced = box_average(pixels, factor)
    if not reduced.size:
        raise Fault(f"{image.name} is smaller than one pixel of the model ({factor} x {factor} of its own)")
    progress.say(30, "predicting")
    probability = predictor.probability(reduced)
    known = box_average(valid[..., None].astype(np.uint8) * 255, factor)[..., 0] > 0
    progress.say(90, "writing the probabilities")
    out.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        out,
        "w",
        driver="GTiff",
        width=reduced.shape[1],
        height=reduced.shape[0],
        count=1,
        dtype="float32",
        crs=chip.crs,
        transform=chip.transform @ Affine.scale(factor),
        nodata=-1.0,
        compress="deflate",
    ) as raster:
        raster.write(np.where(known, probability, -1.0).astype(np.float32), 1)


def gsd_of(model: Path) -> float:
    """The resolution in metres a pixel that a model was trained at, from the MLmodel file beside it, or 0 (any)."""
    described = model.parent / "MLmodel"
    if not described.is_file():
        return 0.0
    return float((yaml.safe_load(described.read_text()).get("metadata") or {}).get("gsd", 0.0))


def _act(arguments: argparse.Namespace) -> None:
    with Progress("starting inference") as progress:
        infer(arguments.model, arguments.image, arguments.out, arguments.threads, progress)
        progress.say(100, f"wrote {arguments.out.name}")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="inference", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.onnx, or a folder that holds it")
    parser.add_argument("--image", type=Path, required=True, help="GeoTIFF, or a tile named NAME-x-y-z.jpg")
    parser.add_argument("--out", type=Path, required=True, help="GeoTIFF of probabilities to write")
    parser.add_argument("--threads", type=int, default=2)
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
