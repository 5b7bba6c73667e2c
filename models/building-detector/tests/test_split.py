"""Training, validation and test share no pixel and no building."""

import json

import numpy as np

from building_detector.labels import foreign
from building_detector.prepared import Prepared, region
from building_detector.record import PACKAGE
from building_detector.score import score
from building_detector.split import TEST, TRAIN, VALIDATION, split_cells
from building_detector.windows import Windows, make_targets
from town import CHIP, ROOFS


def test_the_last_column_is_the_test_and_the_lowest_row_of_the_rest_is_validation() -> None:
    splits = split_cells([(column, row) for column in range(5) for row in range(8)])
    assert {cell for cell, split in splits.items() if split == TEST} == {(4, row) for row in range(8)}
    assert {cell for cell, split in splits.items() if split == VALIDATION} == {(column, 7) for column in range(4)}


def test_the_item_tells_which_chips_a_training_never_sees() -> None:
    item = json.loads((PACKAGE / "stac-item.json").read_text())
    assert item["properties"]["cairn:held_out"] == "easternmost-column"


def test_every_split_lies_on_its_own_chips(prepared: Prepared) -> None:
    assert (prepared.split[:, 2 * CHIP :] == TEST).all()
    assert (prepared.split[2 * CHIP :, : 2 * CHIP] == VALIDATION).all()
    assert (prepared.split[: 2 * CHIP, : 2 * CHIP] == TRAIN).all()


def test_training_windows_show_no_pixel_of_validation_or_test(prepared: Prepared) -> None:
    targets = make_targets(prepared.labels, prepared.split)
    changed = np.where((prepared.split == TRAIN)[..., None], prepared.image, 255 - prepared.image)
    batches = [Windows(image, prepared.split, targets, 64, seed=1).batch(64) for image in (prepared.image, changed)]
    assert all(np.array_equal(one, other) for one, other in zip(*batches, strict=True))


def test_labels_of_validation_and_test_weigh_nothing_in_training(prepared: Prepared) -> None:
    assert (make_targets(prepared.labels, prepared.split).weight[prepared.split != TRAIN] == 0).all()


def test_a_building_across_a_border_belongs_to_the_side_of_its_interior_point(prepared: Prepared) -> None:
    before, behind = ROOFS.index((170, 40, 206, 60)) + 1, ROOFS.index((186, 100, 226, 120)) + 1
    assert prepared.labels.owner[before] == TRAIN
    assert prepared.labels.owner[behind] == TEST
    drawn = np.unique(prepared.labels.instances)
    counted = [set(np.flatnonzero(prepared.labels.owner == split)) & set(drawn) for split in (TRAIN, VALIDATION, TEST)]
    assert sum(len(part) for part in counted) == len(set.union(*counted)) == len(ROOFS)


def test_the_part_of_a_building_on_the_other_side_is_neither_trained_on_nor_scored(prepared: Prepared) -> None:
    behind = ROOFS.index((186, 100, 226, 120)) + 1
    part = (prepared.labels.instances == behind) & (prepared.split == TRAIN)
    assert part.any()
    assert (make_targets(prepared.labels, prepared.split).weight[part] == 0).all()
    assert foreign(prepared.labels, prepared.split)[part].all()


def test_perfect_predictions_score_one_on_each_split(prepared: Prepared) -> None:
    for split in (VALIDATION, TEST):
        truth = (prepared.labels.instances[region(prepared, split)] > 0).astype(np.float32)
        scores = score(prepared, split, truth, 0.5)
        assert (scores.iou, scores.object_f1) == (1.0, 1.0)
        assert scores.objects == scores.predicted


def test_merged_buildings_count_as_one_prediction(prepared: Prepared) -> None:
    everything = np.ones(prepared.split[region(prepared, TEST)].shape, np.float32)
    scores = score(prepared, TEST, everything, 0.5)
    assert (scores.predicted, scores.object_recall, scores.recall) == (1, 0.0, 1.0)
