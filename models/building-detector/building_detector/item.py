"""The package's STAC Item: what is said by hand stays, what can be computed is written by this program.

`python -m building_detector.item` completes stac-item.json: checksums and sizes of its assets, hyperparameters, and, from
the record of the shipped version that the item names, its place, metrics, threshold and resolution.
"""

import json
from dataclasses import asdict
from pathlib import Path

import onnx

from building_detector.dataset import file_digest
from building_detector.parameters import Parameters
from building_detector.record import PACKAGE

MULTIHASH_SHA256 = "1220"
"""Prefix of a SHA-256 as multihash: function 0x12, length 0x20."""


def complete(item: dict, package: Path = PACKAGE) -> dict:
    """The item with everything computed that can be. Raises FileNotFoundError where an asset is not there."""
    record = json.loads((package / item["assets"]["record"]["href"]).read_text())
    west, south, east, north = record["dataset"]["extent"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = item["properties"] | {
        "gsd": record["gsd"],
        "mlm:hyperparameters": asdict(Parameters()),
        "mlm:total_parameters": count_parameters(package / item["assets"]["model"]["href"]),
        "metrics:test": scores_of(record, "test"),
        "metrics:validation": scores_of(record, "validation"),
        "metrics:threshold": record["threshold"],
        "metrics:dataset": record["dataset"]["digest"],
    }
    assets = {name: asset | checksum(package / asset["href"]) for name, asset in item["assets"].items()}
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return item | {
        "geometry": geometry,
        "bbox": record["dataset"]["extent"],
        "properties": properties,
        "assets": assets,
    }


def checksum(path: Path) -> dict:
    """Fields of the STAC file extension for one file."""
    return {"file:checksum": MULTIHASH_SHA256 + file_digest(path), "file:size": path.stat().st_size}


def scores_of(record: dict, prefix: str) -> dict[str, float]:
    """The record's metrics of one split, as the metrics extension names them."""
    named = {name: value for name, value in record["metrics"].items() if name.startswith(f"{prefix}_")}
    return {name.removeprefix(f"{prefix}_"): value for name, value in named.items()}


def count_parameters(model: Path) -> int:
    """Numbers in the weights of an ONNX file."""
    sizes = [onnx.numpy_helper.to_array(weights).size for weights in onnx.load(str(model)).graph.initializer]
    return int(sum(sizes))


def main() -> None:
    """Complete stac-item.json in place."""
    path = PACKAGE / "stac-item.json"
    path.write_text(json.dumps(complete(json.loads(path.read_text())), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
