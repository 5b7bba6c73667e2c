"""Entry point evaluate: measure a trained model on the held-out test part; write its record, card and pictures."""

import argparse
import json
from pathlib import Path

from building_detector.dataset import file_digest
from building_detector.entry import run_entry
from building_detector.fault import Fault
from building_detector.prepared import Prepared, load, region
from building_detector.progress import Progress
from building_detector.split import TEST


def evaluate(prepared: Prepared, model: Path, out: Path, title: str, progress: Progress) -> dict:
    """Measure, draw and describe; returns what record.json holds. Raises Fault where the folder is not what train writes."""
    from building_detector.card import write_card
    from building_detector.pictures import draw_curves, draw_predictions
    from building_detector.predictor import Predictor
    from building_detector.score import score

    training = _read_training(model)
    curves = training.pop("curves")
    weights = model / "model" / "model.onnx"
    progress.say(20, "predicting the test part")
    part = region(prepared, TEST)
    image = prepared.image[part] * (prepared.split[part] == TEST)[..., None]
    probability = Predictor(weights, training["threads"]).probability(image)
    measured = score(prepared, TEST, probability, training["threshold"])
    record = {
        **training,
        "dataset": prepared.facts["dataset"],
        "splits": prepared.facts["splits"],
        "metrics": training["metrics"] | measured.metrics("test"),
    }
    progress.say(60, "drawing the pictures")
    out.mkdir(parents=True, exist_ok=True)
    draw_curves(curves, out / "curves.png")
    draw_predictions(prepared, probability, training["threshold"], out / "predictions.png")
    (out / "record.json").write_text(json.dumps(record, indent=2) + "\n")
    (out / "card.md").write_text(write_card(record, title))
    return record


def _read_training(model: Path) -> dict:
    path, weights = model / "training.json", model / "model" / "model.onnx"
    for needed in (path, weights):
        if not needed.is_file():
            raise Fault(f"{needed} is missing: give the folder that the entry point train wrote")
    training = json.loads(path.read_text())
    if "sha256:" + file_digest(weights) != training["weights"]["digest"]:
        raise Fault(f"{weights} is not the file that {path} describes: train again, or restore it")
    return training


def _act(arguments: argparse.Namespace) -> None:
    with Progress("starting evaluate") as progress:
        import mlflow

        from building_detector.tracking import tracked

        with tracked("evaluate"):
            prepared = load(arguments.prepared)
            record = evaluate(prepared, arguments.model, arguments.out, arguments.title, progress)
            progress.say(80, "logging to MLflow")
            mlflow.log_metrics({name: value for name, value in record["metrics"].items() if name.startswith("test_")})
            for name in ("curves.png", "predictions.png", "card.md", "record.json"):
                mlflow.log_artifact(str(arguments.out / name))
            mlflow.set_tag("weights.digest", record["weights"]["digest"])
            test = {name: record["metrics"][f"test_{name}"] for name in ("iou", "object_f1")}
            progress.say(100, f"test part: IoU {test['iou']:.3f}, F1 by building {test['object_f1']:.3f}")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that preprocess wrote")
    parser.add_argument("--model", type=Path, required=True, help="folder that train wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--title", default="Building Detector", help="first line of the model card")
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
