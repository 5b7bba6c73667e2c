"""Running the exported network over images of any size."""

from pathlib import Path

import numpy as np
import onnxruntime

from building_detector.fault import Fault
from building_detector.prepared import Prepared, region

STRIDE, HALO, CORE = 16, 96, 1024
"""Pixels. STRIDE and HALO are the network's (see network.py, not imported here: inference needs no torch)."""


class Predictor:
    """An ONNX session. Blocks are cut at multiples of the stride with a halo, so the result does not depend on the cut."""

    def __init__(self, model: Path, threads: int) -> None:
        if not model.is_file():
            raise Fault(f"no model at {model}: give the path of a model.onnx, or of the folder that holds it")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own classes, which it does not export
            raise Fault(f"{model} is not an ONNX model that onnxruntime can read: {error}") from error

    def probability(self, image: np.ndarray, core: int = CORE) -> np.ndarray:
        """Probability of building, float32 [H, W], of uint8 [H, W, 3]. Beyond the image lies blank (0), as in training."""
        rows, columns = image.shape[:2]
        framed = np.pad(image, ((HALO, HALO + -rows % STRIDE), (HALO, HALO + -columns % STRIDE), (0, 0)))
        out = np.empty((rows, columns), np.float32)
        for top in range(0, rows, core):
            for left in range(0, columns, core):
                block = framed[top : top + core + 2 * HALO, left : left + core + 2 * HALO]
                tensor = block.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
                answer = self._session.run(["probability"], {"image": tensor})[0][0, 0]
                part = out[top : top + core, left : left + core]
                part[:] = answer[HALO : HALO + part.shape[0], HALO : HALO + part.shape[1]]
        return out


def part_probability(prepared: Prepared, split: int, predictor: Predictor) -> np.ndarray:
    """Probabilities float32 over the region of a split, of which the network sees nothing else."""
    part = region(prepared, split)
    return predictor.probability(prepared.image[part] * (prepared.split[part] == split)[..., None])


def model_path(given: Path) -> Path:
    """The model.onnx meant by a path to it, to its folder, or to a folder that holds model/."""
    for candidate in (given, given / "model.onnx", given / "model" / "model.onnx"):
        if candidate.is_file():
            return candidate
    return given
