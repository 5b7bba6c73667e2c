"""Entry point evaluate: measure a model on the held-out test part of prepared data.

Of a folder that train wrote, the test part completes the record of the training: record.json, card.md, curves.png; and how
sure the model may say it is of a building is fitted on the validation part: calibration.json, reliability.png. Of a
folder that a version keeps (model/, record.json, and calibration.json where it has one), the data may be others than it was
trained on: what is measured, how far off its confidence is among it, is written apart from the record, into evaluation.json
and evaluation.md. Both draw predictions.png.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from building_detector.dataset import file_digest
from building_detector.entry import run_entry
from building_detector.fault import Fault
from building_detector.prepared import Prepared, load
from building_detector.progress import Progress
from building_detector.record import origin_of
from building_detector.split import TEST

if TYPE_CHECKING:
    from building_detector.score import Outlines

TRAINING, RECORD, CALIBRATION = "training.json", "record.json", "calibration.json"

NEEDED = ("weights", "threshold", "threads", "gsd", "dataset", "metrics")
"""What of a version's record is read here."""

LEFT = {
    False: ("curves.png", "predictions.png", "card.md", RECORD, CALIBRATION, "reliability.png"),
    True: ("predictions.png", "evaluation.md", "evaluation.json"),
}
"""What is written, of a trained folder and of a version's; the last two of the former only where there is enough to fit on."""


def evaluate(prepared: Prepared, model: Path, out: Path, title: str, progress: Progress) -> dict:
    """Measure, draw and describe; returns what record.json or evaluation.json holds. Raises Fault for an unusable folder."""
    from building_detector.calibration import calibrate, measured_error
    from building_detector.card import write_card
    from building_detector.pictures import draw_curves, draw_reliability
    from building_detector.report import write_report

    told = _read(model)
    calibration = _calibration(model, told)
    measured, found = _measure(prepared, model, told, out / "predictions.png", progress)
    if not is_version(model):
        draw_curves(told.pop("curves"), out / "curves.png")
        calibrated = calibrate(prepared, model / "model" / "model.onnx", told)
        figures = {} if calibrated is None else calibrated.metrics()
        record = told | measured | {"metrics": told["metrics"] | measured["metrics"] | figures}
        if calibrated is not None:
            calibrated.write(out / CALIBRATION)
            draw_reliability(calibrated.bins, out / "reliability.png")
        (out / "card.md").write_text(write_card(record, title, calibrated and calibrated.told))
        (out / RECORD).write_text(_json(record))
        return record
    facts = {name: told[name] for name in ("weights", "threshold", "threads")}
    metrics = {"metrics": measured["metrics"] | measured_error(calibration, found)}
    evaluation = facts | {"gsd": prepared.gsd} | origin_of("native") | measured | metrics
    (out / "evaluation.md").write_text(write_report(evaluation, told, title))
    (out / "evaluation.json").write_text(_json(evaluation))
    return evaluation


def is_version(model: Path) -> bool:
    """Whether a folder is what a version keeps, rather than what train wrote."""
    return not (model / TRAINING).is_file()


def _measure(prepared: Prepared, model: Path, told: dict, picture: Path, progress: Progress) -> "tuple[dict, Outlines]":
    """The data that were measured on, and the figures; and the outlines that were found."""
    from building_detector.pictures import draw_predictions
    from building_detector.predictor import Predictor, part_probability
    from building_detector.score import outlines, score

    progress.say(20, "predicting the test part")
    probability = part_probability(prepared, TEST, Predictor(model / "model" / "model.onnx", told["threads"]))
    measured = score(prepared, TEST, probability, told["threshold"])
    progress.say(60, "drawing the pictures")
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw_predictions(prepared, probability, told["threshold"], picture)
    names = ("dataset", "splits")
    found = outlines(prepared, TEST, probability, told["threshold"])
    return {name: prepared.facts[name] for name in names} | {"metrics": measured.metrics("test")}, found


def _read(model: Path) -> dict:
    weights = model / "model" / "model.onnx"
    path = model / (RECORD if is_version(model) else TRAINING)
    if not path.is_file():
        raise Fault(f"neither {TRAINING} nor {RECORD} is in {model}: give the folder that train wrote, or a version's")
    if not weights.is_file():
        raise Fault(f"{weights} is missing: give the folder that train wrote, or a version's")
    try:
        told = json.loads(path.read_text())
    except ValueError as error:
        raise Fault(f"{path} is not JSON ({error}): restore it") from error
    missing = [name for name in NEEDED if name not in told] if is_version(model) else []
    if missing:
        raise Fault(f"{path} does not tell {missing[0]}: give the record that evaluate wrote after the training")
    if "sha256:" + file_digest(weights) != told["weights"]["digest"]:
        raise Fault(f"{weights} is not the file that {path} describes: train again, or restore it")
    return told


def _calibration(model: Path, told: dict) -> dict | None:
    """The calibration that a version keeps, or None; not that of a folder that train wrote, which is still to be fitted."""
    path = model / CALIBRATION
    if not is_version(model) or not path.is_file():
        return None
    try:
        calibration = json.loads(path.read_text())
        of = (calibration["weights"], calibration["threshold"])
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path} is no calibration ({error}): restore it, or leave it out") from error
    if of != (told["weights"]["digest"], told["threshold"]):
        raise Fault(f"{path} is about other weights or another threshold than {RECORD}: restore it, or leave it out")
    return calibration


def _json(value: dict) -> str:
    return json.dumps(value, indent=2) + "\n"


def _act(arguments: argparse.Namespace) -> None:
    with Progress("starting evaluate") as progress:
        import mlflow

        from building_detector.tracking import log_dataset, tracked

        with tracked("evaluate") as run:
            prepared = load(arguments.prepared)
            if is_version(arguments.model):
                log_dataset(run, prepared.facts["dataset"], "evaluation")
            left = evaluate(prepared, arguments.model, arguments.out, arguments.title, progress)
            progress.say(80, "logging to MLflow")
            test = {name: value for name, value in left["metrics"].items() if name.startswith("test_")}
            mlflow.log_metrics(test)
            for name in LEFT[is_version(arguments.model)]:
                if (arguments.out / name).is_file():
                    mlflow.log_artifact(str(arguments.out / name))
            mlflow.set_tag("weights.digest", left["weights"]["digest"])
            progress.say(100, f"test part: IoU {test['test_iou']:.3f}, F1 by building {test['test_object_f1']:.3f}")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, required=True, help="folder that preprocess wrote")
    parser.add_argument("--model", type=Path, required=True, help="folder that train wrote, or model/ and record.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--title", default="Building Detector", help="what the model is called in what is written")
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
