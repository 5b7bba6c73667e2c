"""The STAC Item says what is true: valid, and equal to the code, the schemas and the shipped version."""

import json
from dataclasses import asdict

import jsonschema
import pystac
import pytest
import yaml
from pystac.validation.stac_validator import JsonSchemaSTACValidator
from stac_model.schema import MLModelProperties

from building_detector.item import complete
from building_detector.parameters import Parameters
from building_detector.record import PACKAGE

METRICS = json.loads((PACKAGE / "schema" / "metrics.json").read_text())
HYPERPARAMETERS = json.loads((PACKAGE / "schema" / "hyperparameters.json").read_text())


@pytest.fixture
def item() -> dict:
    return json.loads((PACKAGE / "stac-item.json").read_text())


def test_the_item_is_valid_stac(item: dict) -> None:
    # Only the core is checked here, offline; Cairn checks the extensions too when the package is registered.
    assert JsonSchemaSTACValidator().validate_core(item, pystac.STACObjectType.ITEM, "1.1.0")
    del item["properties"]["datetime"]
    with pytest.raises(pystac.STACValidationError):
        JsonSchemaSTACValidator().validate_core(item, pystac.STACObjectType.ITEM, "1.1.0")


def test_the_item_is_a_model_in_the_sense_of_mlm(item: dict) -> None:
    fields = {name: value for name, value in item["properties"].items() if name.startswith("mlm:")}
    assert MLModelProperties.model_validate(fields).name == "building-detector"
    models = [asset for asset in item["assets"].values() if "mlm:model" in asset["roles"]]
    assert [asset["mlm:artifact_type"] for asset in models] == ["onnx"]
    assert any(asset.get("mlm:entrypoint") for asset in item["assets"].values() if "code" in asset["roles"])


def test_the_metrics_follow_their_own_schema(item: dict) -> None:
    assert METRICS["$id"] in item["stac_extensions"]
    jsonschema.validate(item, METRICS)
    item["properties"]["metrics:test"]["iou"] = 1.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(item, METRICS)


def test_checksums_metrics_and_hyperparameters_are_the_computed_ones(item: dict) -> None:
    assert complete(item) == item


def test_hyperparameters_have_the_same_defaults_wherever_they_are_written(item: dict) -> None:
    defaults = asdict(Parameters())
    assert {name: field["default"] for name, field in HYPERPARAMETERS["properties"].items()} == defaults
    assert item["properties"]["mlm:hyperparameters"] == defaults
    jsonschema.validate(defaults, HYPERPARAMETERS)
    entries = yaml.safe_load((PACKAGE / "MLproject").read_text())["entry_points"]
    offered = {**entries["preprocess"]["parameters"], **entries["train"]["parameters"]}
    assert {name: offered[name]["default"] for name in defaults} == defaults


def test_the_settings_of_a_trial_are_settings() -> None:
    jsonschema.validate(asdict(Parameters()) | HYPERPARAMETERS["x-trial"], HYPERPARAMETERS)
