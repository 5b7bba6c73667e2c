"""Logging to MLflow. The server, and the run where a caller shares one among the steps, come from the environment."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Run
from mlflow.tracking import MlflowClient

DIGEST_LIMIT = 36
"""MLflow keeps at most so many characters of a dataset's digest; the whole digest goes into a tag beside it."""


@contextmanager
def tracked(name: str) -> Iterator[Run]:
    """The run of MLFLOW_RUN_ID, or a new one called `name`. An error inside ends it as FAILED, else it is FINISHED."""
    # MLflow would rename the caller's run.
    with mlflow.start_run(run_name=None if "MLFLOW_RUN_ID" in os.environ else name) as run:
        yield run


def log_parameters(run: Run, values: dict[str, object]) -> None:
    """Log parameters, except those that the caller logged before (MLflow refuses a second spelling, 2e-3 for 0.002)."""
    known = MlflowClient().get_run(run.info.run_id).data.params
    mlflow.log_params({name: value for name, value in values.items() if name not in known})


def log_dataset(run: Run, dataset: dict, context: str) -> None:
    """Log the dataset as the run's input, by digest ('sha256:' + hex), used for `context`: training or evaluation."""
    digest = dataset["digest"]
    entity = Dataset(
        name="dataset",
        digest=digest.removeprefix("sha256:")[:DIGEST_LIMIT],
        source_type="local",
        source=json.dumps({"digest": digest}),
        profile=json.dumps({name: dataset[name] for name in ("files", "bytes", "chips", "buildings", "extent")}),
    )
    tags = [InputTag("mlflow.data.context", context), InputTag("digest", digest)]
    MlflowClient().log_inputs(run.info.run_id, [DatasetInput(entity, tags)])
    mlflow.set_tag("dataset.digest", digest)


class Curves:
    """Loss and learning rate by step: kept for the record, and sent to MLflow in lots, so that a run can be watched."""

    LOT = 20

    def __init__(self, run: Run) -> None:
        self._run_id = run.info.run_id
        self._client = MlflowClient()
        self._waiting: list[Metric] = []
        self.rows: list[list[float]] = []

    def add(self, step: int, loss: float, rate: float) -> None:
        """Keep one step."""
        now = int(time.time() * 1000)
        self.rows.append([step, round(loss, 6), round(rate, 8)])
        self._waiting += [Metric("loss", loss, now, step), Metric("learning_rate", rate, now, step)]
        if len(self._waiting) >= 2 * self.LOT:
            self.send()

    def send(self) -> None:
        """Send what has gathered."""
        self._client.log_batch(self._run_id, metrics=self._waiting)
        self._waiting = []
