"""Entry point train: prepared data becomes a model folder (model/) and the record of its training (training.json)."""

import argparse
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

from building_detector.cpu import cap_instructions
from building_detector.dataset import file_digest
from building_detector.entry import run_entry
from building_detector.parameters import Parameters, add_arguments, check
from building_detector.prepared import Prepared, load
from building_detector.progress import Progress
from building_detector.record import origin_of
from building_detector.split import VALIDATION


def train(prepared: Prepared, parameters: Parameters, out: Path, report: Callable[[int, float, float], None]) -> dict:
    """Train, export and choose the threshold on the validation part; returns the facts of it for training.json.

    `report` is called after each step with step (from 1), loss and learning rate.
    """
    from building_detector.export import save_model, to_onnx
    from building_detector.fit import fit
    from building_detector.network import HALO, STRIDE
    from building_detector.predictor import Predictor, part_probability
    from building_detector.score import choose_threshold, score

    started, used = time.monotonic(), time.process_time()
    network = fit(prepared, parameters, report)
    geometry = {"gsd": prepared.gsd, "stride": STRIDE, "halo": HALO}
    weights = save_model(to_onnx(network), out / "model", geometry)
    probability = part_probability(prepared, VALIDATION, Predictor(weights, parameters.threads))
    threshold = choose_threshold(prepared, VALIDATION, probability)
    return {
        "parameters": asdict(parameters) | {"gsd": prepared.facts["wanted_gsd"]},
        "seed": parameters.seed,
        "threads": parameters.threads,
        **geometry,
        "threshold": threshold,
        "metrics": score(prepared, VALIDATION, probability, threshold).metrics("validation"),
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
        "weights": {"digest": "sha256:" + file_digest(weights), "size": weights.stat().st_size},
    }


def _act(arguments: argparse.Namespace) -> None:
    names = [field.name for field in fields(Parameters) if field.name != "gsd"]
    values = {name: getattr(arguments, name) for name in names}
    cap_instructions(arguments.cpu_cap)
    with Progress("starting train") as progress:
        # Imported late: the libraries take seconds to load, in which the progress lines must already flow.
        import mlflow

        from building_detector.tracking import Curves, log_dataset, log_parameters, tracked

        with tracked("train") as run:
            check(values)
            prepared = load(arguments.prepared)
            log_dataset(run, prepared.facts["dataset"], "training")
            log_parameters(run, values | {"gsd": prepared.facts["wanted_gsd"]})
            _empty(arguments.out)
            origin = origin_of(arguments.cpu_cap) | {"mlflow_run_id": run.info.run_id}
            curves, clock = Curves(run), time.monotonic()

            def report(step: int, loss: float, rate: float) -> None:
                curves.add(step, loss, rate)
                left = (time.monotonic() - clock) / step * (arguments.steps - step) / 60
                progress.say(1 + 96 * step / arguments.steps, f"step {step} of {arguments.steps}, {left:.0f} min left")

            progress.say(1, "loading the training library")
            training = origin | train(prepared, Parameters(**values), arguments.out, report)
            progress.say(98, "logging to MLflow")
            curves.send()
            (arguments.out / "training.json").write_text(json.dumps(training | {"curves": curves.rows}) + "\n")
            mlflow.log_metrics(training["metrics"] | {name: training[name] for name in ("threshold", "seconds", "cpu_seconds")})
            mlflow.set_tag("weights.digest", training["weights"]["digest"])
            mlflow.log_artifacts(str(arguments.out / "model"), "model")
            progress.say(100, f"trained: IoU {training['metrics']['validation_iou']:.3f} on the validation part")


def _empty(out: Path) -> None:
    """Make way for a new model: mlflow refuses to write over one."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("training.json", "model"):
        old = out / name
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="train", description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that preprocess wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    add_arguments(parser, *(field.name for field in fields(Parameters) if field.name != "gsd"))
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
