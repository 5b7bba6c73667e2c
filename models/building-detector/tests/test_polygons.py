"""Tracing: outlines on pixel edges, in degrees, with area and confidence."""

import numpy as np
import pytest
from affine import Affine
from shapely.geometry import shape

from building_detector.polygons import trace
from town import CRS, GSD, NORTH, WEST

PLACE = Affine(GSD, 0, WEST, 0, -GSD, NORTH)


def test_a_square_has_its_area_and_mean_probability() -> None:
    probability = np.zeros((60, 60), np.float32)
    probability[10:30, 20:50] = 0.8
    probability[10:30, 20:35] = 0.6
    (building,) = trace(probability, PLACE, CRS, 0.5, 1)
    assert building["properties"]["confidence"] == pytest.approx(0.7)
    # 600 pixels of 0.09 m²; the UTM scale at 1.5 degrees from the meridian changes it by less than 0.1 %.
    assert building["properties"]["area"] == pytest.approx(54, rel=1e-3)
    assert len(building["geometry"]["coordinates"][0]) == 5


def test_patches_that_meet_at_a_corner_are_two_buildings_and_holes_stay() -> None:
    probability = np.zeros((40, 40), np.float32)
    probability[0:10, 0:10] = probability[10:20, 10:20] = 1
    probability[25:39, 25:39] = 1
    probability[30:34, 30:34] = 0
    found = [shape(feature["geometry"]) for feature in trace(probability, PLACE, CRS, 0.5, 1)]
    assert [len(polygon.interiors) for polygon in found] == [0, 0, 1]
    assert all(polygon.is_valid for polygon in found)


def test_small_patches_are_dropped() -> None:
    probability = np.zeros((40, 40), np.float32)
    probability[5:8, 5:8] = 1
    assert trace(probability, PLACE, CRS, 0.5, 8) == []
