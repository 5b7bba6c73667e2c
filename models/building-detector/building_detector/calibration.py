"""Calibrated confidence: how likely an outline is a building as a person would draw it, of the mean probability inside it.

A network's probability tells of pixels; that an outline is one labelled building (IoU of at least OBJECT_IOU) is another
question, which its mean answers badly where neighbours run together. Platt's logistic (1999) of the mean's logit is fitted on
the validation part: it has two numbers, since that part may hold a few dozen outlines, and never changes their order.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from building_detector.predictor import Predictor, part_probability
from building_detector.prepared import Prepared
from building_detector.score import Outlines, outlines
from building_detector.split import TEST, VALIDATION

BINS = 10
"""Of equal width, in the expected calibration error and in the picture."""

LEAST = 20
"""So many outlines a fit needs at least."""

CLEARANCE = 1e-3
"""Means are held this far from 0 and 1, where the logit is infinite."""


@dataclass(frozen=True)
class Calibration:
    """sigmoid(slope * logit(mean) + intercept); `outlines` is the number of those it was fitted on."""

    slope: float
    intercept: float
    outlines: int

    def of(self, mean: np.ndarray) -> np.ndarray:
        """Confidence, 0..1, of the mean probability inside each outline."""
        return _sigmoid(self.slope * _logit(mean) + self.intercept)


def fit(found: Outlines) -> Calibration | None:
    """By Newton's method on Platt's smoothed targets; None where there are too few outlines to learn from."""
    right, count = int(found.right.sum()), len(found.right)
    if count < LEAST:
        return None
    x = _logit(found.mean)
    target = np.where(found.right, (right + 1) / (right + 2), 1 / (count - right + 2))
    slope, intercept = _newton(x, target)
    if slope < 0:
        # Surer outlines were wrong more often: chance, or nothing to tell them apart by. Then all are as sure as their share.
        slope, intercept = 0.0, float(_logit(np.array([target.mean()]))[0])
    return Calibration(round(slope, 4), round(intercept, 4), count)


def _newton(x: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    design = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.zeros(2)
    for _ in range(100):
        p = _sigmoid(design @ weights)
        # The ridge keeps the step finite where all means are alike.
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (target - p) - 1e-6 * weights)
        weights = weights + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def expected_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error: the gap between confidence and the share that is right, in each bin, by its outlines."""
    return float(sum(share * abs(sure - correct) for sure, correct, share in bins(confidence, right)))


def measured_error(calibration: dict | None, found: Outlines) -> dict[str, float]:
    """How far off a version's confidence is on outlines that it was not fitted on, as metrics of a run; none of no outlines.

    `calibration` is calibration.json; without one a version's confidence is the mean itself, whose error is told alone.
    """
    if len(found.right) == 0:
        return {}
    before = {"test_calibration_error_before": round(expected_error(found.mean, found.right), 4)}
    if calibration is None:
        return before
    fitted = Calibration(calibration["slope"], calibration["intercept"], calibration["fitted_on"])
    return {"test_calibration_error": round(expected_error(fitted.of(found.mean), found.right), 4)} | before


def bins(confidence: np.ndarray, right: np.ndarray) -> list[tuple[float, float, float]]:
    """Mean confidence, share of right ones, and share of all outlines, of each bin that holds any."""
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    held = [places == place for place in range(BINS)]
    return [
        (float(confidence[here].mean()), float(right[here].mean()), float(here.mean())) for here in held if here.any()
    ]


def calibrate(prepared: Prepared, weights: Path, facts: dict) -> "Calibrated | None":
    """Fit on the validation part and measure on the test part; None where there are too few outlines to fit on.

    `weights` is an ONNX file; `facts` is training.json or a version's record, of which threads, threshold and digest are read.
    """
    predictor = Predictor(weights, facts["threads"])
    parts = {split: outlines(prepared, split, part_probability(prepared, split, predictor), facts["threshold"]) for split in USED}
    calibration = fit(parts[VALIDATION])
    if calibration is None:
        return None
    found = parts[TEST]
    errors = {"before": found.mean, "after": calibration.of(found.mean)}
    told = {
        "method": "platt",
        "slope": calibration.slope,
        "intercept": calibration.intercept,
        "threshold": facts["threshold"],
        "weights": facts["weights"]["digest"],
        "dataset": prepared.facts["dataset"]["digest"],
        "fitted_on": calibration.outlines,
        "measured_on": len(found.right),
        "error": {name: round(expected_error(values, found.right), 4) for name, values in errors.items()},
    }
    return Calibrated(told, {name: bins(values, found.right) for name, values in errors.items()})


USED = (VALIDATION, TEST)


@dataclass(frozen=True)
class Calibrated:
    """`told` is calibration.json; `bins` those of the test part, before and after."""

    told: dict
    bins: dict[str, list[tuple[float, float, float]]]

    def metrics(self) -> dict[str, float]:
        """The errors on the test part, as metrics of a run."""
        error = self.told["error"]
        return {"test_calibration_error": error["after"], "test_calibration_error_before": error["before"]}

    def write(self, path: Path) -> None:
        """Write calibration.json; the same figures write the same bytes."""
        path.write_text(json.dumps(self.told, indent=2) + "\n")


def _logit(p: np.ndarray) -> np.ndarray:
    held = np.clip(np.asarray(p, np.float64), CLEARANCE, 1 - CLEARANCE)
    return np.log(held / (1 - held))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
