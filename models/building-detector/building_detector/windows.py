"""Training windows: random, augmented cut-outs of the training area."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from building_detector.labels import Labels, foreign
from building_detector.split import TRAIN

COVERAGE = 0.7
"""The least part of a window that is training area; the rest is blank, as at the edge of imagery."""

REACH = 2.5
"""Pixels: what lies within this of two buildings is a seam; it weighs more, so that neighbours come apart."""


@dataclass(frozen=True)
class Targets:
    """What the loss compares with: `building`, `outline` uint8 0/1 and `weight` float32, each [H, W]."""

    building: np.ndarray
    outline: np.ndarray
    weight: np.ndarray


def make_targets(labels: Labels, split: np.ndarray) -> Targets:
    """Targets of the training area; the weight is 0 outside of it and on buildings that belong to another split."""
    building = labels.instances > 0
    outline = ndimage.minimum_filter(labels.instances, 3) != ndimage.maximum_filter(labels.instances, 3)
    weight = (1.0 + outline + 2.0 * find_seams(labels.instances)) * ((split == TRAIN) & ~foreign(labels, split))
    return Targets(building.astype(np.uint8), outline.astype(np.uint8), weight.astype(np.float32))


def find_seams(instances: np.ndarray) -> np.ndarray:
    """bool [H, W]: pixels within REACH of two different buildings, be they a shared wall or a narrow gap."""
    side = int(REACH)
    disk = np.hypot(*np.mgrid[-side : side + 1, -side : side + 1]) <= REACH
    highest = ndimage.maximum_filter(instances, footprint=disk)
    lowest = ndimage.minimum_filter(np.where(instances > 0, instances, np.iinfo(np.int32).max), footprint=disk)
    return (highest > 0) & (lowest < highest)


class Windows:
    """Draws batches. The same seed draws the same batches on every machine (integer choices, float32 arithmetic)."""

    def __init__(self, image: np.ndarray, split: np.ndarray, targets: Targets, window: int, seed: int) -> None:
        train = split == TRAIN
        self._random = np.random.default_rng(seed)
        self._window = window
        # A frame of blank pixels lets windows hang over the edge, so that corners are seen as often as the middle.
        frame = ((window // 2, window // 2), (window // 2, window // 2))
        self._image = np.pad(np.where(train[..., None], image, 0), (*frame, (0, 0)))
        self._train = np.pad(train, frame)
        self._layers = np.pad(
            np.stack([targets.building, targets.outline, targets.weight], axis=2).astype(np.float32), (*frame, (0, 0))
        )
        self._places = self._find_places()

    def _find_places(self) -> np.ndarray:
        sums = np.pad(self._train.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
        size = self._window
        covered = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
        for least in (COVERAGE, COVERAGE / 2, 0.0):
            places = np.argwhere(covered > least * size * size)
            if len(places):
                return places
        raise ValueError("the training area is empty")

    def batch(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Images float32 [N, 3, S, S] in 0..1, and building, outline, weight float32 [N, 3, S, S]."""
        pairs = [self._one() for _ in range(count)]
        images = np.stack([image.transpose(2, 0, 1) for image, _ in pairs])
        layers = np.stack([layer.transpose(2, 0, 1) for _, layer in pairs])
        return np.ascontiguousarray(images), np.ascontiguousarray(layers)

    def _one(self) -> tuple[np.ndarray, np.ndarray]:
        row, column = self._places[self._random.integers(len(self._places))]
        part = np.s_[row : row + self._window, column : column + self._window]
        image = self._coloured(self._image[part], self._train[part])
        layers = self._layers[part].copy()
        if self._random.random() < 0.08:
            self._blank(image, layers)
        turns, mirrored = self._random.integers(4), self._random.random() < 0.5
        turned = [np.rot90(array, turns) for array in (image, layers)]
        return tuple(array[:, ::-1] if mirrored else array for array in turned)

    def _coloured(self, pixels: np.ndarray, train: np.ndarray) -> np.ndarray:
        # Light, haze and camera differ from place to place: vary gain per channel, offset, and contrast.
        gain = self._random.uniform(0.88, 1.12, 3) * self._random.uniform(0.75, 1.25)
        offset = self._random.uniform(-0.08, 0.08)
        image = (pixels.astype(np.float32) / 255.0 - 0.4) * gain.astype(np.float32) + np.float32(0.4 + offset)
        return np.clip(image, 0.0, 1.0) * train[..., None]

    def _blank(self, image: np.ndarray, layers: np.ndarray) -> None:
        # Flights end somewhere: blank a side of the window, in black or white, where there is no building by definition.
        edge = int(self._random.integers(self._window // 8, self._window // 2))
        image[:edge] = 1.0 if self._random.random() < 0.5 else 0.0
        layers[:edge, :, :2] = 0.0
        layers[:edge, :, 2] = np.minimum(layers[:edge, :, 2], 1.0)
