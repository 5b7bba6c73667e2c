"""Calibrate a shipped version without training it again: `python -m building_detector.calibrate --name NAME --data DIR`.

Writes versions/NAME/calibration.json from the data that the version was trained on, which its record names by digest; of a
version trained on generated data also its card and reliability.png. The record of its run stays as it is.
"""

import argparse
import json
import tempfile
from pathlib import Path

from building_detector.calibration import calibrate
from building_detector.card import write_card
from building_detector.entry import run_entry
from building_detector.fault import Fault
from building_detector.pictures import draw_reliability
from building_detector.prepared import load
from building_detector.preprocess import preprocess
from building_detector.progress import Progress
from building_detector.record import PACKAGE


def calibrate_version(folder: Path, data: Path, progress: Progress) -> dict:
    """Write what is fitted into the version's folder and return it. Raises Fault for other data or too few outlines."""
    record = json.loads((folder / "run.json").read_text())
    with tempfile.TemporaryDirectory() as prepared_folder:
        preprocess(data, Path(prepared_folder), record["parameters"]["gsd"], progress)
        prepared = load(Path(prepared_folder))
    found = prepared.facts["dataset"]["digest"]
    if found != record["dataset"]["digest"]:
        raise Fault(f"{data} has the digest {found}, the version was trained on {record['dataset']['digest']}: give those data")
    calibrated = calibrate(prepared, folder / "model" / "model.onnx", record)
    if calibrated is None:
        raise Fault(f"the validation part of {data} has too few outlines to fit on: the version stays uncalibrated")
    calibrated.write(folder / "calibration.json")
    if record["data"]["kind"] == "generated":
        draw_reliability(calibrated.bins, folder / "reliability.png")
        (folder / "card.md").write_text(write_card(record, record["title"], calibrated.told))
    return calibrated.told


def _act(arguments: argparse.Namespace) -> None:
    with Progress("starting calibrate") as progress:
        error = calibrate_version(PACKAGE / "versions" / arguments.name, arguments.data, progress)["error"]
        progress.say(100, f"expected calibration error {error['before']} before, {error['after']} after")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="calibrate", description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="of versions/NAME")
    parser.add_argument("--data", type=Path, required=True, help="dataset folder")
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
