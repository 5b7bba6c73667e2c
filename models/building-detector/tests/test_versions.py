"""Shipped versions: weights and record belong together, and the record names where they came from."""

import hashlib
import io
import json
import re
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from building_detector.card import write_card
from building_detector.dataset import file_digest, listing_digest
from building_detector.inference import gsd_of
from building_detector.record import PACKAGE

VERSIONS = sorted(path for path in (PACKAGE / "versions").iterdir() if path.is_dir())
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def record_of(version: Path) -> dict:
    return json.loads((version / "run.json").read_text())


def test_a_version_of_the_generated_scene_and_one_of_real_imagery_are_shipped() -> None:
    assert {record_of(version)["data"]["kind"] for version in VERSIONS} == {"generated", "real"}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_the_weights_are_those_of_the_record(version: Path) -> None:
    record, weights = record_of(version), version / "model" / "model.onnx"
    assert record["name"] == version.name
    assert record["weights"] == {"digest": "sha256:" + file_digest(weights), "size": weights.stat().st_size}
    assert weights.stat().st_size <= 8_000_000
    assert gsd_of(weights) == record["gsd"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_the_record_names_code_data_environment_and_processor(version: Path) -> None:
    record = record_of(version)
    assert re.fullmatch("[0-9a-f]{40}", record["commit"])
    for digest in (record["package_digest"], record["dataset"]["digest"], record["environment"]["lock_digest"]):
        assert DIGEST.fullmatch(digest)
    assert record["cpu"]["cap"] == record["parameters"]["cpu_cap"]
    assert record["threads"] == record["parameters"]["threads"]
    assert record["data"]["licence"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_the_record_s_package_and_lock_are_those_of_the_package_at_its_commit(version: Path) -> None:
    record = record_of(version)
    archive = subprocess.run(["git", "-C", str(PACKAGE), "archive", record["commit"], "."], capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"commit {record['commit']} is not in this copy of the repository")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        digests = {
            file.name: hashlib.sha256(files.extractfile(file).read()).hexdigest()
            for file in files
            if file.isfile() and file.name != "card.md" and not file.name.startswith("versions/")
        }
    assert listing_digest(digests) == record["package_digest"]
    assert "sha256:" + digests["requirements.lock"] == record["environment"]["lock_digest"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_a_shipped_version_is_good_enough_to_ship(version: Path) -> None:
    assert record_of(version)["metrics"]["test_iou"] >= 0.72


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_a_shipped_network_answers_with_probabilities(version: Path) -> None:
    session = onnxruntime.InferenceSession(str(version / "model" / "model.onnx"))
    (answer,) = session.run(["probability"], {"image": np.zeros((2, 3, 64, 96), np.float32)})
    assert answer.shape == (2, 1, 64, 96)
    assert answer.max() < 0.5


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_a_shipped_version_says_in_its_card_what_its_record_tells(version: Path) -> None:
    record, calibration = record_of(version), json.loads((version / "calibration.json").read_text())
    assert (version / "card.md").read_text() == write_card(record, record["title"], calibration)


def test_nothing_made_from_other_people_s_images_is_shipped_but_weights_figures_and_their_card() -> None:
    for version in VERSIONS:
        pictures = {path.name for path in version.iterdir()} - {"model", "run.json", "calibration.json", "card.md"}
        generated = record_of(version)["data"]["kind"] == "generated"
        assert pictures == ({"curves.png", "predictions.png", "reliability.png"} if generated else set())
