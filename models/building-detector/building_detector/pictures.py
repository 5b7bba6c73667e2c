"""The pictures of a run: how the training went, predictions against labels, and confidence against what was right."""

from pathlib import Path

import matplotlib
import numpy as np

from building_detector.prepared import Prepared, region
from building_detector.split import TEST

matplotlib.use("Agg")
from matplotlib import pyplot

SIDE = 512
"""Pixels of the test area that are shown, at most, in each direction."""

COLOURS = {"right": (0.20, 0.63, 0.17), "missed": (0.12, 0.47, 0.71), "invented": (0.89, 0.10, 0.11)}


def draw_curves(curves: list[list[float]], path: Path) -> None:
    """Loss and learning rate by step; curves are rows of step, loss, learning rate."""
    steps, losses, rates = np.array(curves).T
    figure, axes = pyplot.subplots(figsize=(8, 4), dpi=100)
    axes.plot(steps, losses, color="0.75", linewidth=0.8, label="loss of the step")
    span = max(1, len(losses) // 30)
    axes.plot(steps[span - 1 :], np.convolve(losses, np.ones(span) / span, "valid"), color="C0", label=f"mean of {span}")
    axes.set(xlabel="step", ylabel="loss", ylim=(0, None))
    other = axes.twinx()
    other.plot(steps, rates, color="C1", linewidth=0.8)
    other.set_ylabel("learning rate", color="C1")
    axes.legend(loc="upper right")
    _write(figure, path)


def draw_predictions(prepared: Prepared, probability: np.ndarray, threshold: float, path: Path) -> None:
    """The part of the test area with most buildings: the image, and what was found, missed and invented."""
    part = region(prepared, TEST)
    image, building = prepared.image[part], prepared.labels.instances[part] > 0
    window = _fullest(building)
    image, building, found = image[window], building[window], probability[window] >= threshold
    overlay = image.astype(np.float32) / 255 * 0.55
    for name, mask in (("right", building & found), ("missed", building & ~found), ("invented", found & ~building)):
        overlay[mask] = overlay[mask] * 0.5 + np.array(COLOURS[name], np.float32) * 0.5
    rows, columns = image.shape[:2]
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 5 * rows / columns + 0.6), dpi=100)
    axes[0].imshow(image)
    axes[0].set_title("image (test area)")
    axes[1].imshow(overlay)
    axes[1].set_title("green: right   blue: missed   red: invented")
    for axis in axes:
        axis.axis("off")
    _write(figure, path)


def draw_reliability(bins: dict[str, list[tuple[float, float, float]]], path: Path) -> None:
    """Of the outlines of each bin: how sure the model said it was, and how many were right; areas go by their number."""
    figure, axis = pyplot.subplots(figsize=(5, 5), dpi=100)
    axis.plot([0, 1], [0, 1], color="0.75", linewidth=0.8)
    for (name, held), colour in zip(bins.items(), ("C1", "C0"), strict=True):
        sure, right, share = np.array(held).T
        axis.plot(sure, right, color=colour, linewidth=0.8)
        axis.scatter(sure, right, s=15 + 300 * share, color=colour, alpha=0.7, label=f"{name} calibration")
    axis.set(xlabel="confidence", ylabel="share that is one labelled building", xlim=(0, 1), ylim=(0, 1.02))
    axis.legend(loc="upper left")
    _write(figure, path)


def _fullest(building: np.ndarray) -> tuple[slice, slice]:
    best = max(
        ((int(building[row : row + SIDE, column : column + SIDE].sum()), -row, -column))
        for row in range(0, max(1, building.shape[0] - SIDE + 1), 64)
        for column in range(0, max(1, building.shape[1] - SIDE + 1), 64)
    )
    return slice(-best[1], -best[1] + SIDE), slice(-best[2], -best[2] + SIDE)


def _write(figure: "pyplot.Figure", path: Path) -> None:
    figure.tight_layout()
    # Without the library's name and version inside, the same figures give the same bytes.
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)
