"""How good predictions are: by pixel and by building."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy import ndimage

from building_detector.labels import foreign
from building_detector.prepared import Prepared, region

OBJECT_IOU = 0.5
"""A predicted building is right where it overlaps a labelled one with at least this IoU."""

MIN_AREA = 8.0
"""Square metres: smaller predicted patches are not buildings."""

THRESHOLDS = [round(0.20 + 0.02 * step, 2) for step in range(31)]

SLACK = 0.03
"""How much IoU may be given for buildings that come apart: between neighbours the two measures pull in different directions."""


@dataclass(frozen=True)
class Scores:
    """Shares of 0..1; `objects` labelled and `predicted` buildings that were compared."""

    iou: float
    precision: float
    recall: float
    object_f1: float
    object_precision: float
    object_recall: float
    objects: int
    predicted: int

    def metrics(self, prefix: str) -> dict[str, float]:
        """As MLflow metrics, rounded to 4 places: `<prefix>_iou` and so on."""
        return {f"{prefix}_{name}": round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Outlines:
    """The predicted buildings of a split that are compared: mean probability inside float64 [N], and whether right [N]."""

    mean: np.ndarray
    right: np.ndarray


def outlines(prepared: Prepared, split: int, probability: np.ndarray, threshold: float) -> Outlines:
    """Each predicted building of a split by itself; those that object precision counts. `probability` covers its region."""
    mask = (probability >= threshold) & (prepared.split[region(prepared, split)] == split)
    found = _compare(prepared, split, mask)
    names = np.flatnonzero(found.kept)
    mean = ndimage.mean(probability.astype(np.float64), found.patches, names) if len(names) else np.zeros(0)
    return Outlines(np.asarray(mean), np.isin(names, list(found.right_patches)))


def choose_threshold(prepared: Prepared, split: int, probability: np.ndarray) -> float:
    """Of the thresholds whose IoU on a split is within SLACK of the best, the one of best object F1; of equals the lowest.

    `probability` covers the split's region.
    """
    scores = {level: score(prepared, split, probability, level) for level in THRESHOLDS}
    least = max(found.iou for found in scores.values()) - SLACK
    good = [level for level in THRESHOLDS if scores[level].iou >= least]
    return max(good, key=lambda level: scores[level].object_f1)


def score(prepared: Prepared, split: int, probability: np.ndarray, threshold: float) -> Scores:
    """Compare with the labels of a split. Each pixel and each building counts in one split only (see labels.py)."""
    building, counted = _truth(prepared, split)
    mask = probability >= threshold
    hit, positive, actual = ((mask & building & counted).sum(), (mask & counted).sum(), (building & counted).sum())
    right, predicted, labelled = _objects(prepared, split, mask & (prepared.split[region(prepared, split)] == split))
    return Scores(
        iou=_ratio(hit, positive + actual - hit),
        precision=_ratio(hit, positive),
        recall=_ratio(hit, actual),
        object_f1=_ratio(2 * right, predicted + labelled),
        object_precision=_ratio(right, predicted),
        object_recall=_ratio(right, labelled),
        objects=labelled,
        predicted=predicted,
    )


def _truth(prepared: Prepared, split: int) -> tuple[np.ndarray, np.ndarray]:
    part = region(prepared, split)
    counted = (prepared.split == split) & ~foreign(prepared.labels, prepared.split)
    return prepared.labels.instances[part] > 0, counted[part]


@dataclass(frozen=True)
class _Compared:
    """Patches int32 [H, W], which of them are compared, the right ones, and how many labels were found and are there."""

    patches: np.ndarray
    kept: np.ndarray
    right_patches: frozenset[int]
    right_labels: int
    labelled: int


def _objects(prepared: Prepared, split: int, mask: np.ndarray) -> tuple[int, int, int]:
    """Right, predicted and labelled buildings."""
    found = _compare(prepared, split, mask)
    return min(len(found.right_patches), found.right_labels), int(found.kept.sum()), found.labelled


def _compare(prepared: Prepared, split: int, mask: np.ndarray) -> _Compared:
    """Predicted buildings beside labelled ones. A prediction mostly on another split's building is left out."""
    part = region(prepared, split)
    instances = np.where(prepared.split[part] == split, prepared.labels.instances[part], 0)
    ours = prepared.labels.owner == split
    ours[0] = False
    patches, count = ndimage.label(mask)
    sizes = np.bincount(patches.ravel(), minlength=count + 1)
    elsewhere = np.bincount(patches[(instances > 0) & ~ours[instances]], minlength=count + 1)
    kept = (sizes * prepared.gsd**2 >= MIN_AREA) & (elsewhere * 2 <= sizes)
    kept[0] = False
    areas = np.bincount(instances.ravel(), minlength=len(ours))
    labelled = ours & (areas > 0)
    both = kept[patches] & labelled[instances]
    pairs, overlap = np.unique(np.stack([patches[both], instances[both]]), axis=1, return_counts=True)
    ious = overlap / (sizes[pairs[0]] + areas[pairs[1]] - overlap)
    # Above one half a pair is each other's only partner; at exactly one half the first of a tie takes it.
    matched = [pairs[:, index] for index in np.flatnonzero(ious >= OBJECT_IOU)]
    return _Compared(
        patches=patches,
        kept=kept,
        right_patches=frozenset(int(patch) for patch, _ in matched),
        right_labels=len({int(label) for _, label in matched}),
        labelled=int(labelled.sum()),
    )


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else 0.0
