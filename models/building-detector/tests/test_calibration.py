"""Calibration: confidence says how often an outline is right, two numbers say it, and the shipped versions have theirs."""

import json
from pathlib import Path

import numpy as np
import pytest

from building_detector.calibration import LEAST, Calibration, bins, expected_error, fit, measured_error
from building_detector.card import write_card
from building_detector.prepared import Prepared, region
from building_detector.record import PACKAGE
from building_detector.score import Outlines, outlines, score
from building_detector.split import TEST

VERSIONS = sorted(path for path in (PACKAGE / "versions").iterdir() if path.is_dir())


def drawn(count: int, slope: float, intercept: float, seed: int = 1) -> Outlines:
    """Outlines that are right as often as a calibration says."""
    random = np.random.default_rng(seed)
    mean = random.uniform(0.4, 0.95, count)
    return Outlines(mean, random.random(count) < Calibration(slope, intercept, count).of(mean))


def test_the_fit_finds_how_often_outlines_are_right() -> None:
    found = fit(drawn(20_000, 2.0, -1.5))
    assert found is not None
    assert (found.slope, found.intercept) == (pytest.approx(2.0, abs=0.15), pytest.approx(-1.5, abs=0.15))
    other = drawn(20_000, 2.0, -1.5, seed=2)
    assert expected_error(found.of(other.mean), other.right) < 0.02 < expected_error(other.mean, other.right)


def test_the_same_outlines_give_the_same_numbers_and_their_order_stays() -> None:
    found = fit(drawn(60, 1.0, 0.5))
    assert found == fit(drawn(60, 1.0, 0.5))
    steps = np.linspace(0, 1, 50)
    assert (np.diff(found.of(steps)) >= 0).all()


def test_where_surer_outlines_are_wrong_more_often_all_are_as_sure_as_their_share() -> None:
    found = fit(drawn(400, -3.0, 2.0))
    assert found.slope == 0
    assert found.of(np.array([0.1, 0.9])) == pytest.approx(drawn(400, -3.0, 2.0).right.mean(), abs=0.01)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_outlines_that_are_all_right_or_all_wrong_end_in_no_certainty(share: float) -> None:
    found = fit(Outlines(np.linspace(0.5, 0.9, 40), np.full(40, bool(share))))
    assert found is not None
    assert ((found.of(np.linspace(0, 1, 11)) > 0) & (found.of(np.linspace(0, 1, 11)) < 1)).all()


def test_few_outlines_are_not_fitted_on() -> None:
    assert fit(drawn(LEAST - 1, 2.0, 0.0)) is None
    assert fit(drawn(LEAST, 2.0, 0.0)) is not None


def test_the_error_is_the_gap_in_each_bin_by_its_share() -> None:
    confidence, right = np.array([0.85, 0.85, 0.85, 0.15]), np.array([True, True, False, False])
    assert bins(confidence, right) == [(0.15, 0.0, 0.25), (pytest.approx(0.85), pytest.approx(2 / 3), 0.75)]
    assert expected_error(confidence, right) == pytest.approx(0.25 * 0.15 + 0.75 * (0.85 - 2 / 3))
    assert expected_error(np.ones(3), np.array([True] * 3)) == 0


def test_outlines_of_other_data_tell_how_far_off_a_version_s_confidence_is_there() -> None:
    found = drawn(800, 3.0, -1.0)
    fitted = fit(found)
    told = {"slope": fitted.slope, "intercept": fitted.intercept, "fitted_on": fitted.outlines}
    # In another place fewer of the outlines are right, at the same means.
    other = drawn(800, 3.0, -3.0)
    here, there = measured_error(told, found), measured_error(told, other)
    assert here["test_calibration_error"] < 0.05 < there["test_calibration_error"]
    assert there["test_calibration_error_before"] == pytest.approx(expected_error(other.mean, other.right), abs=1e-4)
    assert measured_error(None, other) == {"test_calibration_error_before": there["test_calibration_error_before"]}
    assert measured_error(told, Outlines(np.zeros(0), np.zeros(0, bool))) == {}


def test_the_outlines_are_those_that_precision_counts(prepared: Prepared) -> None:
    part = region(prepared, TEST)
    building = (prepared.labels.instances[part] > 0) & (prepared.split[part] == TEST)
    probability = np.where(building, 0.8, 0.1).astype(np.float32)
    # A patch where no building is.
    probability[-12:-2, 2:14] = 0.6
    found = outlines(prepared, TEST, probability, 0.5)
    scores = score(prepared, TEST, probability, 0.5)
    assert len(found.right) == scores.predicted
    assert found.right.mean() == pytest.approx(scores.object_precision)
    assert sorted(set(found.mean.round(3))) == [0.6, 0.8]
    assert not found.right[found.mean < 0.7].any()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_a_shipped_version_is_calibrated_for_its_own_weights_data_and_threshold(version: Path) -> None:
    record = json.loads((version / "run.json").read_text())
    told = json.loads((version / "calibration.json").read_text())
    assert (told["weights"], told["dataset"]) == (record["weights"]["digest"], record["dataset"]["digest"])
    assert told["threshold"] == record["threshold"]
    assert told["fitted_on"] == record["metrics"]["validation_predicted"]
    assert told["measured_on"] == record["metrics"]["test_predicted"]
    assert told["error"]["after"] < told["error"]["before"] / 2
    if (version / "card.md").is_file():
        assert (version / "card.md").read_text() == write_card(record, record["title"], told)
