"""The entry points as programs: a whole run on a tiny town, and what happens to bad input."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import pytest
import yaml

from building_detector import evaluate, inference, postprocess, preprocess, train
from building_detector.dataset import content_of, file_digest
from building_detector.record import PACKAGE
from building_detector.tracking import tracked

PROGRAMS = (preprocess, train, evaluate, inference, postprocess)


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    return mlflow.create_experiment("tests", artifact_location=(folder / "artifacts").as_uri())


@pytest.fixture(scope="module")
def run_id(tracking: str, town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """One MLflow run shared by preprocess, train and evaluate, and the folder they wrote into."""
    out = tmp_path_factory.mktemp("run")
    run = mlflow.MlflowClient().create_run(tracking, run_name="the caller's name")
    small = [
        "--steps",
        "12",
        "--batch",
        "2",
        "--window",
        "64",
        "--width",
        "4",
        "--threads",
        "1",
        "--lr",
        "0.01",
        "--cpu-cap",
        "native",
    ]
    steps = (
        (preprocess, "--data", town, "--out", out / "prepared"),
        (train, "--prepared", out / "prepared", "--out", out / "model", *small),
        (evaluate, "--prepared", out / "prepared", "--model", out / "model", "--out", out / "evaluation"),
    )
    with pytest.MonkeyPatch.context() as patch:
        for step in steps:
            # MLflow takes the variable out of the environment when it resumes the run.
            patch.setenv("MLFLOW_RUN_ID", run.info.run_id)
            call(patch, *step)
    return run.info.run_id, out


def call(patch: pytest.MonkeyPatch, program: object, *arguments: object) -> None:
    patch.setattr(sys, "argv", [program.__name__, *map(str, arguments)])
    if program is train:
        # The cap on instructions must come before torch, which other tests have loaded long ago.
        patch.setattr(train, "cap_instructions", lambda cap: None)
    program.main()


def test_a_run_leaves_model_card_record_and_pictures_in_mlflow(run_id: tuple[str, Path]) -> None:
    client = mlflow.MlflowClient()
    run = client.get_run(run_id[0])
    assert (run.info.status, run.info.run_name) == ("FINISHED", "the caller's name")
    kept = {artifact.path for artifact in client.list_artifacts(run_id[0])}
    assert {"model", "card.md", "record.json", "curves.png", "predictions.png"} <= kept
    assert {"model/MLmodel", "model/model.onnx"} <= {file.path for file in client.list_artifacts(run_id[0], "model")}
    assert {"test_iou", "test_object_f1", "validation_iou", "loss", "threshold"} <= set(run.data.metrics)
    assert len(client.get_metric_history(run_id[0], "loss")) == 12
    assert run.data.params["steps"] == "12"


def test_the_run_names_its_dataset_by_digest(run_id: tuple[str, Path], town: Path) -> None:
    digest = content_of(town).digest
    run = mlflow.MlflowClient().get_run(run_id[0])
    assert run.data.tags["dataset.digest"] == digest
    (used,) = run.inputs.dataset_inputs
    assert digest.removeprefix("sha256:").startswith(used.dataset.digest)
    assert {tag.key: tag.value for tag in used.tags}["digest"] == digest


def test_the_record_names_what_the_weights_came_from(run_id: tuple[str, Path], town: Path) -> None:
    record = json.loads((run_id[1] / "evaluation" / "record.json").read_text())
    weights = run_id[1] / "model" / "model" / "model.onnx"
    assert record["weights"] == {"digest": "sha256:" + file_digest(weights), "size": weights.stat().st_size}
    assert record["dataset"]["digest"] == content_of(town).digest
    assert record["mlflow_run_id"] == run_id[0]
    assert record["environment"]["lock_digest"] == "sha256:" + file_digest(PACKAGE / "requirements.lock")
    card = (run_id[1] / "evaluation" / "card.md").read_text()
    assert record["weights"]["digest"] in card
    assert f"| {record['metrics']['test_iou'] * 100:.0f} % |" in card
    # The tiny town has too few buildings to learn from how sure one may be.
    assert "too few outlines" in card


@pytest.fixture(scope="module")
def evaluated(run_id: tuple[str, Path], town: Path, tracking: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A run of its own, in which the trained version is evaluated on a town that lost one house of its test part."""
    out = tmp_path_factory.mktemp("evaluated")
    shutil.copytree(town, out / "data")
    labels = json.loads((town / "labels.geojson").read_text())
    labels["features"].pop()
    (out / "data" / "labels.geojson").write_text(json.dumps(labels))
    shutil.copytree(run_id[1] / "model" / "model", out / "version" / "model")
    shutil.copy(run_id[1] / "evaluation" / "record.json", out / "version")
    record = json.loads((out / "version" / "record.json").read_text())
    about = {"weights": record["weights"]["digest"], "threshold": record["threshold"]}
    (out / "version" / "calibration.json").write_text(json.dumps(about | {"slope": 0, "intercept": 0, "fitted_on": 20}))
    run = mlflow.MlflowClient().create_run(tracking)
    with pytest.MonkeyPatch.context() as patch:
        for step in (
            (preprocess, "--data", out / "data", "--out", out / "prepared"),
            (evaluate, "--prepared", out / "prepared", "--model", out / "version", "--out", out / "evaluation"),
        ):
            patch.setenv("MLFLOW_RUN_ID", run.info.run_id)
            call(patch, *step)
    return run.info.run_id, out


def test_a_version_is_measured_on_other_data_apart_from_its_record(run_id: tuple[str, Path], evaluated: tuple[str, Path]) -> None:
    evaluation, out = json.loads((evaluated[1] / "evaluation" / "evaluation.json").read_text()), evaluated[1]
    record = json.loads((out / "version" / "record.json").read_text())
    assert evaluation["weights"] == record["weights"]
    assert evaluation["dataset"]["digest"] == content_of(out / "data").digest != record["dataset"]["digest"]
    assert evaluation["metrics"]["test_objects"] == record["metrics"]["test_objects"] - 1
    assert all(name.startswith("test_") for name in evaluation["metrics"])
    # A calibration that is half sure of everything is off by as much as the share of right ones is from a half.
    share, error = evaluation["metrics"]["test_object_precision"], evaluation["metrics"]["test_calibration_error"]
    assert error == pytest.approx(abs(0.5 - share), abs=1e-4)
    assert evaluation["metrics"]["test_calibration_error_before"] != error
    report = (out / "evaluation" / "evaluation.md").read_text()
    assert f"is off by {error * 100:.1f} % on average here" in report
    assert evaluation["dataset"]["digest"] in report and record["dataset"]["digest"] in report
    assert "These are other data than it was trained on" in report


def test_an_evaluation_s_run_holds_its_figures_report_and_picture_only(evaluated: tuple[str, Path]) -> None:
    client = mlflow.MlflowClient()
    run = client.get_run(evaluated[0])
    assert {artifact.path for artifact in client.list_artifacts(evaluated[0])} == {
        "evaluation.json",
        "evaluation.md",
        "predictions.png",
    }
    assert {name.split("_")[0] for name in run.data.metrics} == {"test"}
    (used,) = run.inputs.dataset_inputs
    assert {tag.key: tag.value for tag in used.tags} == {
        "mlflow.data.context": "evaluation",
        "digest": content_of(evaluated[1] / "data").digest,
    }


def test_a_version_on_the_data_it_was_trained_on_has_the_figures_of_its_record(
    run_id: tuple[str, Path], evaluated: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, version = run_id[1] / "prepared", evaluated[1] / "version"
    call(monkeypatch, evaluate, "--prepared", prepared, "--model", version, "--out", tmp_path)
    record = json.loads((version / "record.json").read_text())
    metrics = json.loads((tmp_path / "evaluation.json").read_text())["metrics"]
    told = {name: value for name, value in record["metrics"].items() if name.startswith("test_")}
    # How sure it may be was not fitted there: the town is too small.
    assert metrics | told == metrics
    assert {name for name in metrics if name not in told} == {"test_calibration_error", "test_calibration_error_before"}
    assert "the test part was held out of the training" in (tmp_path / "evaluation.md").read_text()


@pytest.mark.parametrize(
    ("record", "words"), [(None, "neither training.json nor record.json"), ("{", "is not JSON"), ("{}", "does not tell weights")]
)
def test_evaluate_says_what_a_version_s_folder_lacks(
    record: str | None,
    words: str,
    run_id: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    shutil.copytree(run_id[1] / "model" / "model", tmp_path / "model")
    if record is not None:
        (tmp_path / "record.json").write_text(record)
    with pytest.raises(SystemExit, match="2"):
        call(monkeypatch, evaluate, "--prepared", run_id[1] / "prepared", "--model", tmp_path, "--out", tmp_path / "out")
    assert words in capsys.readouterr().err


def test_a_step_logs_what_the_machine_did_where_it_is_asked_to(tracking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = mlflow.MlflowClient()
    monkeypatch.setenv("MLFLOW_RUN_ID", client.create_run(tracking).info.run_id)
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.05")
    seen, limit = set(), time.monotonic() + 60
    with tracked("step") as run:
        while "system/cpu_utilization_percentage" not in seen and time.monotonic() < limit:
            time.sleep(0.05)
            seen = set(client.get_run(run.info.run_id).data.metrics)
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes"} <= seen


def test_evaluate_refuses_weights_that_are_not_the_trained_ones(
    run_id: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "training.json").write_bytes((run_id[1] / "model" / "training.json").read_bytes())
    (tmp_path / "model" / "model.onnx").write_bytes(b"other")
    with pytest.raises(SystemExit, match="2"):
        call(monkeypatch, evaluate, "--prepared", run_id[1] / "prepared", "--model", tmp_path, "--out", tmp_path / "out")
    assert "is not the file that" in capsys.readouterr().err


def test_an_image_becomes_buildings(
    run_id: tuple[str, Path], town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raster, result = tmp_path / "probability.tif", tmp_path / "buildings.geojson"
    call(
        monkeypatch,
        inference,
        "--model",
        run_id[1] / "model",
        "--image",
        town / "chips" / "town-0-0.tif",
        "--out",
        raster,
    )
    call(monkeypatch, postprocess, "--probability", raster, "--out", result, "--threshold", 0.1, "--min-area", 0)
    found = json.loads(result.read_text())
    assert found["type"] == "FeatureCollection"
    assert all(0 <= feature["properties"]["confidence"] <= 1 for feature in found["features"])


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        (preprocess, ["--data", "/nowhere", "--out", "/tmp/never"]),
        (train, ["--prepared", "/nowhere", "--out", "/tmp/never"]),
        (evaluate, ["--prepared", "/nowhere", "--model", "/nowhere", "--out", "/tmp/never"]),
    ],
)
def test_a_missing_input_ends_the_run_as_failed_and_names_the_path(
    program: object,
    arguments: list[str],
    tracking: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    run = mlflow.MlflowClient().create_run(tracking)
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    with pytest.raises(SystemExit, match="2"):
        call(monkeypatch, program, *arguments)
    assert "/nowhere" in capsys.readouterr().err
    assert mlflow.MlflowClient().get_run(run.info.run_id).info.status == "FAILED"


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        (inference, ["--model", "/nowhere", "--image", "/nowhere", "--out", "/tmp/never"]),
        (postprocess, ["--probability", "/nowhere", "--out", "/tmp/never"]),
    ],
)
def test_inference_and_postprocess_name_a_missing_input(
    program: object, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit, match="2"):
        call(monkeypatch, program, *arguments)
    assert "/nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [["--steps", "0"], ["--window", "100"], ["--cpu-cap", "sse"], ["--width", "6"]])
def test_unusable_parameters_are_refused_before_training(
    bad: list[str], run_id: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit, match="2"):
        call(monkeypatch, train, "--prepared", run_id[1] / "prepared", "--out", run_id[1] / "never", *bad)
    assert f"parameter {bad[0][2:].replace('-', '_')}={bad[1]}" in capsys.readouterr().err


def test_every_entry_point_of_mlproject_is_a_program_with_these_options() -> None:
    entries = yaml.safe_load((PACKAGE / "MLproject").read_text())["entry_points"]
    assert set(entries) == {program.__name__.rsplit(".", 1)[1] for program in PROGRAMS}
    for name, entry in entries.items():
        assert f"-m building_detector.{name} " in entry["command"]
        for parameter in entry["parameters"]:
            assert f"--{parameter.replace('_', '-')} {{{parameter}}}" in entry["command"]


def test_the_first_progress_line_comes_before_the_libraries_are_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "building_detector.train", "--help"],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--prepared" in done.stdout
    source = "import building_detector.train, sys; print('torch' in sys.modules or 'mlflow' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", source], cwd=PACKAGE, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"
