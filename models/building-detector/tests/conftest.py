"""Fixtures that several tests need: a tiny town, and what preprocess makes of it."""

from pathlib import Path

import pytest
import torch

from building_detector.prepared import Prepared, load
from building_detector.preprocess import preprocess
from building_detector.progress import Progress
from town import build_town

# Threads that wait for each other on a busy machine make small networks slower, not faster.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset folder."""
    return build_town(tmp_path_factory.mktemp("town") / "data")


@pytest.fixture(scope="session")
def prepared_folder(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What preprocess writes for the town."""
    out = tmp_path_factory.mktemp("prepared")
    preprocess(town, out, 0.3, Progress("test"))
    return out


@pytest.fixture(scope="session")
def prepared(prepared_folder: Path) -> Prepared:
    """The same, loaded."""
    return load(prepared_folder)
