"""Entry point preprocess: a dataset folder becomes arrays at the model's resolution, split into train, validation, test."""

import argparse
from pathlib import Path

import numpy as np

from building_detector.canvas import Canvas, lay_canvas
from building_detector.chips import find_chips
from building_detector.dataset import Content, content_of
from building_detector.entry import run_entry
from building_detector.labels import Labels, draw_labels, read_polygons
from building_detector.parameters import add_arguments, check
from building_detector.prepared import save
from building_detector.progress import Progress
from building_detector.split import NAMES


def preprocess(data: Path, out: Path, gsd: float, progress: Progress) -> dict:
    """Prepare a dataset folder; returns the facts written to prepared.json. Raises Fault for an unusable dataset."""
    check({"gsd": gsd})
    progress.say(5, "reading the list of files")
    content = content_of(data)
    chips = find_chips(data)
    polygons = read_polygons(data)
    progress.say(20, f"joining {len(chips)} chips")
    canvas = lay_canvas(chips, gsd)
    progress.say(60, f"drawing {len(polygons)} buildings")
    labels = draw_labels(polygons, canvas)
    facts = {"wanted_gsd": gsd} | _facts(content, len(chips), len(polygons), canvas, labels)
    progress.say(80, "writing the prepared data")
    save(out, canvas, labels, facts)
    return facts


def _facts(content: Content, chips: int, buildings: int, canvas: Canvas, labels: Labels) -> dict:
    drawn = np.bincount(labels.instances.ravel(), minlength=len(labels.owner)) > 0
    return {
        "dataset": {
            "digest": content.digest,
            "files": content.files,
            "bytes": content.size,
            "extent": list(canvas.bbox),
            "chips": chips,
            "buildings": buildings,
        },
        "splits": {
            name: {
                "pixels": int((canvas.split == value).sum()),
                "buildings": int(((labels.owner == value) & drawn).sum()),
            }
            for name, value in NAMES.items()
        },
    }


def _act(arguments: argparse.Namespace) -> None:
    with Progress("starting preprocess") as progress:
        # Imported late: mlflow takes seconds to load, in which the progress lines must already flow.
        import mlflow

        from building_detector.tracking import log_parameters, tracked

        with tracked("preprocess") as run:
            log_parameters(run, {"gsd": arguments.gsd})
            facts = preprocess(arguments.data, arguments.out, arguments.gsd, progress)
            mlflow.set_tag("dataset.digest", facts["dataset"]["digest"])
            progress.say(100, f"prepared {facts['dataset']['chips']} chips, {facts['dataset']['buildings']} buildings")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="preprocess", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="dataset folder: chips/ and labels.geojson")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    add_arguments(parser, "gsd")
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
