"""Entry points of a package that learns nothing: they log to MLflow as a real one does, with the standard library alone."""

import hashlib
import json
import os
import sys
import time
import urllib.request
from pathlib import Path


def call(method: str, path: str, body: bytes | None, kind: str = "application/json") -> dict:
    headers = {"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}", "Content-Type": kind}
    request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + path, body, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")


def log(**values: object) -> None:
    run = os.environ["MLFLOW_RUN_ID"]
    call("POST", "/api/2.0/mlflow/runs/log-batch", json.dumps({"run_id": run, **values}).encode())


def upload(path: str, content: bytes) -> None:
    run = os.environ["MLFLOW_RUN_ID"]
    root = call("GET", f"/api/2.0/mlflow/runs/get?run_id={run}", None)["run"]["info"]["artifact_uri"]
    place = root.removeprefix("mlflow-artifacts:/").lstrip("/")
    call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{place}/{path}", content, "application/octet-stream")


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def folder_digest(folder: Path) -> str:
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    lines = "".join(f"{name}\t{digest(files[name].read_bytes())[7:]}\n" for name in sorted(files))
    return digest(lines.encode())


def watch_machine() -> None:
    """Works on, in a run of MLflow's own client, until that has logged what the machine does."""
    import mlflow

    mlflow.set_system_metrics_sampling_interval(0.1)
    limit = time.monotonic() + 120
    with mlflow.start_run() as run:
        while time.monotonic() < limit:
            if any(name.startswith("system/") for name in mlflow.get_run(run.info.run_id).data.metrics):
                return
            time.sleep(0.1)


def preprocess(data: Path, out: Path) -> None:
    print("progress 50 reading", flush=True)
    # MLflow's client takes it out of the environment when it resumes the run.
    run = os.environ["MLFLOW_RUN_ID"]
    if "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING" in os.environ:
        watch_machine()
    out.mkdir()
    told = folder_digest(data)
    (out / "facts.json").write_text(json.dumps({"digest": told}))
    # As the Building Detector does, which knows nothing of what its caller logs.
    entity = {"name": "dataset", "digest": told.removeprefix("sha256:")[:36], "source_type": "local", "source": "{}"}
    inputs = [{"dataset": entity, "tags": [{"key": "mlflow.data.context", "value": "training"}]}]
    body = json.dumps({"run_id": run, "datasets": inputs})
    call("POST", "/api/2.0/mlflow/runs/log-inputs", body.encode())


def train(prepared: Path, out: Path, seed: str, steps: str, lr: str) -> None:
    print("progress 10 learning", flush=True)
    if int(float(steps)) == 13:
        sys.exit("error: thirteen steps bring bad luck")
    if int(float(steps)) == 9999:
        time.sleep(600)
    out.mkdir()
    # As in a real package, the library has its part in what comes out.
    library = Path("requirements.lock").read_bytes()
    weights = hashlib.sha256((prepared / "facts.json").read_bytes() + seed.encode() + library).digest() * 8
    (out / "model.onnx").write_bytes(weights)
    (out / "seed").write_text(seed)
    points = [{"key": "loss", "value": value, "timestamp": 1, "step": step} for step, value in enumerate([0.9, 0.5])]
    log(params=[{"key": "lr", "value": lr}], metrics=points)
    upload("model/model.onnx", weights)
    upload("model/MLmodel", b"flavors: {}\n")


def evaluate(prepared: Path, model: Path, out: Path, title: str) -> None:
    out.mkdir()
    if (model / "record.json").is_file():
        return measure(prepared, model, out, title)
    weights = (model / "model.onnx").read_bytes()
    record = {
        "title": title,
        "dataset": json.loads((prepared / "facts.json").read_text())
        | {"extent": [85.5, 27.6, 85.6, 27.7], "chips": 2, "buildings": 1},
        "parameters": {},
        "environment": {"python": "3.11", "lock_digest": digest(b""), "platform": "linux"},
        "threads": 1,
        "cpu": {"class": "any", "cap": ""},
        "seed": int(float((model / "seed").read_text())),
        "metrics": {"test_iou": 0.5, "test_precision": 0.6, "test_recall": 0.7, "test_object_f1": 0.4},
        "threshold": 0.4,
        "gsd": 0.3,
        "stride": 16,
        "halo": 32,
        "seconds": 1.5,
        "weights": {"digest": digest(weights), "size": len(weights)},
        "told": os.environ.get("CAIRN_SOURCE_COMMIT", "no commit"),
    }
    (out / "record.json").write_text(json.dumps(record))
    upload("record.json", json.dumps(record).encode())
    upload("card.md", f"# {title}\n".encode())
    upload("curves.png", b"a picture")


def measure(prepared: Path, model: Path, out: Path, title: str) -> None:
    """A version on any data: how good it is depends on both."""
    weights, told = digest((model / "model" / "model.onnx").read_bytes()), json.loads((model / "record.json").read_text())
    if told["weights"]["digest"] != weights or not (model / "model" / "MLmodel").is_file():
        sys.exit("error: this is no version")
    data = json.loads((prepared / "facts.json").read_text())
    share = int(digest((weights + data["digest"]).encode())[7:11], 16) / 0xFFFF
    evaluation = {"weights": {"digest": weights}, "dataset": data, "metrics": {"test_iou": share, "test_speed": 2}}
    (out / "evaluation.json").write_text(json.dumps(evaluation))
    upload("evaluation.json", json.dumps(evaluation).encode())
    upload("evaluation.md", f"# Evaluation: {title}\n".encode())
    upload("predictions.png", b"a picture")


def inference(model: Path, image: Path, out: Path) -> None:
    print("progress 50 predicting", flush=True)
    out.write_bytes((model / "model.onnx").read_bytes() + image.read_bytes()[:4])


def postprocess(probability: Path, out: Path) -> None:
    print("progress 50 tracing", flush=True)
    assert probability.read_bytes()[-4:] == b"II*\0"
    out.write_text(json.dumps({"type": "FeatureCollection", "features": []}))


if __name__ == "__main__":
    entry, *given = sys.argv[1:]
    globals()[entry](*(Path(value) if "/" in value else value for value in given))
