"""Make a version that the package ships: three `mlflow run`s in one MLflow run, from a clean commit, into versions/NAME.

`python -m building_detector.ship --name scene --data DIR` (see the Makefile). What a version says of its data is in
shipping/NAME.json. Of a version trained on other people's data weights, figures and the card, which is figures in words, are
kept: no picture.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from building_detector.entry import run_entry
from building_detector.fault import Fault
from building_detector.record import PACKAGE, commit

PICTURES = ("curves.png", "predictions.png", "reliability.png")


def ship(name: str, data: Path, overrides: list[str]) -> Path:
    """Train and keep a version; `overrides` are NAME=VALUE parameters of the entry point train. Raises Fault."""
    about_path = PACKAGE / "shipping" / f"{name}.json"
    if not about_path.is_file():
        raise Fault(f"{about_path} is missing: say there what the version's data are and under which licence")
    if commit() is None:
        raise Fault("the package differs from its commit: commit it first, so that the record can name where it came from")
    about = json.loads(about_path.read_text())
    with tempfile.TemporaryDirectory() as work:
        made = Path(work)
        run_id = _new_run(name)
        _step(run_id, "preprocess", data=str(data.resolve()), out=str(made / "prepared"))
        trained = dict(pair.split("=", 1) for pair in overrides)
        _step(run_id, "train", prepared=str(made / "prepared"), out=str(made / "model"), **trained)
        evaluation = made / "evaluation"
        _step(
            run_id,
            "evaluate",
            prepared=str(made / "prepared"),
            model=str(made / "model"),
            out=str(evaluation),
            title=about["title"],
        )
        return _keep(about, made / "model" / "model", evaluation)


def _new_run(name: str) -> str:
    import mlflow

    experiment = mlflow.set_experiment("building-detector")
    return mlflow.MlflowClient().create_run(experiment.experiment_id, run_name=name).info.run_id


def _step(run_id: str, entry: str, **parameters: str) -> None:
    command = [sys.executable, "-m", "mlflow", "run", str(PACKAGE), "--env-manager", "local", "--run-id", run_id]
    command += ["--entry-point", entry]
    for name, value in parameters.items():
        command += ["-P", f"{name}={value}"]
    # `python` in MLproject's commands must be the interpreter that runs this program.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, env=os.environ | {"PATH": path}, check=False)
    if done.returncode:
        raise Fault(f"the step {entry} failed (exit code {done.returncode}); its message is above")


def _keep(about: dict, model: Path, evaluation: Path) -> Path:
    folder = PACKAGE / "versions" / about["name"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(model, folder / "model")
    record = about | json.loads((evaluation / "record.json").read_text())
    (folder / "run.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    _copy(evaluation, folder, ("calibration.json", "card.md"))
    if about["data"]["kind"] == "generated":
        _copy(evaluation, folder, PICTURES)
    return folder


def _copy(evaluation: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Copy what the evaluation left; a version of few outlines has no calibration."""
    for name in names:
        if (evaluation / name).is_file():
            shutil.copy(evaluation / name, folder / name)


def _act(arguments: argparse.Namespace) -> None:
    print(f"wrote {ship(arguments.name, arguments.data, arguments.parameters)}", flush=True)


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="ship", description=__doc__)
    parser.add_argument("--name", required=True, help="of shipping/NAME.json and versions/NAME")
    parser.add_argument("--data", type=Path, required=True, help="dataset folder")
    parser.add_argument("parameters", nargs="*", help="NAME=VALUE of the entry point train")
    run_entry(parser, _act)


if __name__ == "__main__":
    main()
