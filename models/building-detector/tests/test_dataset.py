"""Reading a dataset: its digest, its grid, and what is said where it is unusable."""

import hashlib
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from building_detector.canvas import box_average, lay_canvas, reduction
from building_detector.chips import find_chips
from building_detector.dataset import content_of
from building_detector.fault import Fault
from building_detector.labels import read_polygons
from town import CHIP, write_chip


@pytest.fixture
def copy(town: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(town, tmp_path / "copy"))


def test_the_digest_is_over_sorted_lines_of_path_and_sha256_of_the_dataset_alone(tmp_path: Path) -> None:
    for name, text in (
        ("labels.geojson", b"1"),
        ("chips/a-1-2-3.jpg", b"22"),
        ("README.md", b"3"),
        ("aoi/b.jpg", b"4"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text)
    lines = f"chips/a-1-2-3.jpg\t{hashlib.sha256(b'22').hexdigest()}\nlabels.geojson\t{hashlib.sha256(b'1').hexdigest()}\n"
    content = content_of(tmp_path)
    assert content.digest == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()
    assert (content.files, content.size) == (2, 3)


def test_the_extent_and_resolution_come_from_the_chips(town: Path) -> None:
    canvas = lay_canvas(find_chips(town), 0)
    west, south, east, north = canvas.bbox
    assert 85 < west < east < 86
    assert 27 < south < north < 28
    assert canvas.gsd == pytest.approx(0.3, abs=0.001)


def test_xyz_tiles_are_placed_by_their_names(tmp_path: Path, town: Path) -> None:
    (tmp_path / "chips").mkdir()
    for x in (386690, 386691):
        for y in (220241, 220242, 220243):
            shutil.copy(town / "chips" / "town-0-0.tif", tmp_path / "chips" / "t.tif")
            _as_png(tmp_path / "chips" / "t.tif", tmp_path / "chips" / f"OAM-{x}-{y}-19.png")
    (tmp_path / "chips" / "t.tif").unlink()
    canvas = lay_canvas(find_chips(tmp_path), 0)
    # Tile 386690/220241 at zoom 19 begins at 360 * 386690 / 2^19 - 180 degrees east.
    assert canvas.bbox[0] == pytest.approx(360 * 386690 / 2**19 - 180, abs=1e-6)
    assert canvas.image.shape == (3 * CHIP, 2 * CHIP, 3)


def _as_png(source: Path, target: Path) -> None:
    with rasterio.open(source) as raster:
        pixels = raster.read([1, 2, 3])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(target, "w", driver="PNG", width=CHIP, height=CHIP, count=3, dtype="uint8") as raster:
            raster.write(pixels)


def test_finer_imagery_is_averaged_by_whole_boxes() -> None:
    assert [reduction(0.1323, gsd) for gsd in (0, 0.265, 0.3)] == [1, 2, 2]
    boxes = np.array([[[0], [1]], [[1], [0]]], np.uint8)
    assert box_average(boxes, 2).tolist() == [[[1]]]
    with pytest.raises(Fault, match=r"use gsd=0\.400"):
        reduction(0.4, 0.3)


def test_overlapping_chips_are_refused_since_a_test_could_share_their_pixels(copy: Path) -> None:
    write_chip(copy / "chips" / "town-again.tif", np.zeros((CHIP, CHIP, 3), np.uint8), CHIP // 2, 0)
    with pytest.raises(Fault, match="overlaps"):
        lay_canvas(find_chips(copy), 0)


def test_a_chip_off_the_grid_is_refused(copy: Path) -> None:
    write_chip(copy / "chips" / "town-off.tif", np.zeros((CHIP, CHIP, 3), np.uint8), 3 * CHIP + 0.5, 0)
    with pytest.raises(Fault, match="pixel grid"):
        lay_canvas(find_chips(copy), 0)


def test_a_chip_without_a_georeference_is_refused(copy: Path) -> None:
    write_chip(copy / "chips" / "town-3-0.tif", np.zeros((CHIP, CHIP, 3), np.uint8), 0, 0, crs=None)
    with pytest.raises(Fault, match="no georeference"):
        find_chips(copy)


def test_a_corrupt_chip_is_named(copy: Path) -> None:
    (copy / "chips" / "town-1-1.tif").write_bytes(b"II*\0 not a TIFF")
    with pytest.raises(Fault, match=r"town-1-1\.tif"):
        find_chips(copy)


def test_one_column_of_chips_cannot_be_split(copy: Path) -> None:
    for path in copy.glob("chips/town-[12]-*.tif"):
        path.unlink()
    with pytest.raises(Fault, match="cannot be split"):
        lay_canvas(find_chips(copy), 0)


@pytest.mark.parametrize("text", ["", "[]", '{"features": [{}]}', json.dumps({"type": "FeatureCollection", "features": []})])
def test_unreadable_or_empty_labels_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.geojson").write_text(text)
    with pytest.raises(Fault, match=r"labels\.geojson"):
        read_polygons(tmp_path)
