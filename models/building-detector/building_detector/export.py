"""From the trained network to one ONNX file, wrapped as an MLflow model."""

import importlib.metadata
import io
import warnings
from pathlib import Path

import mlflow.onnx
import numpy as np
import onnx
import torch
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec

from building_detector.network import BuildingNet, Detector

OPSET = 17
FLOAT32 = np.dtype("float32")
SERVING_PACKAGES = ("mlflow", "numpy", "onnx", "onnxruntime")


def to_onnx(network: BuildingNet) -> onnx.ModelProto:
    """Input `image` float32 [N, 3, H, W], output `probability` float32 [N, 1, H, W]; N, H and W are free.

    Batch normalisation is folded into the convolutions. Equal weights give equal bytes.
    """
    buffer = io.BytesIO()
    axes = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        # The tracing exporter is deprecated but needs no further package and names its nodes the same each time.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Detector(network).eval(),
            (torch.zeros(1, 3, 64, 64),),
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["probability"],
            dynamic_axes={"image": axes, "probability": axes},
        )
    model = onnx.load_from_string(buffer.getvalue())
    onnx.checker.check_model(model)
    return model


def save_model(model: onnx.ModelProto, folder: Path, facts: dict) -> Path:
    """Write an MLflow model folder with all weights inside model.onnx, whose path is returned."""
    signature = ModelSignature(
        inputs=Schema([TensorSpec(FLOAT32, (-1, 3, -1, -1), "image")]),
        outputs=Schema([TensorSpec(FLOAT32, (-1, 1, -1, -1), "probability")]),
    )
    requirements = [f"{name}=={importlib.metadata.version(name)}" for name in SERVING_PACKAGES]
    mlflow.onnx.save_model(
        model,
        str(folder),
        signature=signature,
        pip_requirements=requirements,
        metadata=facts,
        # External data would be named by a random number: the same weights would have another digest each time.
        save_as_external_data=False,
    )
    return folder / "model.onnx"
