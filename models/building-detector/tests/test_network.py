"""What the platform relies on: the exported network's shapes, its neighbourhood, its size."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from building_detector import predictor
from building_detector.export import to_onnx
from building_detector.network import HALO, STRIDE, BuildingNet, Detector
from building_detector.parameters import Parameters
from building_detector.predictor import Predictor


@pytest.fixture(scope="module")
def network() -> BuildingNet:
    torch.manual_seed(3)
    return BuildingNet(8).eval()


@pytest.fixture(scope="module")
def model(network: BuildingNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "model.onnx"
    path.write_bytes(to_onnx(network).SerializeToString())
    return path


def test_outputs_depend_on_nothing_beyond_the_halo(network: BuildingNet) -> None:
    side = 2 * HALO + 2 * STRIDE
    image = torch.rand(1, 3, side, side, requires_grad=True)
    for row, column in ((HALO, HALO), (HALO + STRIDE - 1, HALO), (HALO + STRIDE, HALO + STRIDE - 1)):
        (reach,) = torch.autograd.grad(network(image)[0, :, row, column].sum(), image)
        rows, columns = torch.nonzero(reach[0].abs().sum(0), as_tuple=True)
        farthest = max((rows - row).abs().max(), (columns - column).abs().max())
        assert 64 < farthest <= HALO


def test_a_core_is_the_same_whatever_lies_beyond_its_halo(network: BuildingNet) -> None:
    image = torch.rand(1, 3, 320, 320)
    other = torch.rand(1, 3, 320, 320)
    other[..., 32:288, 32:288] = image[..., 32:288, 32:288]
    core = np.s_[..., 128:192, 128:192]
    detector = Detector(network)
    with torch.no_grad():
        assert torch.equal(detector(image)[core], detector(other)[core])


def test_batch_height_and_width_are_free(model: Path) -> None:
    session = onnxruntime.InferenceSession(str(model))
    for batch, height, width in ((1, 64, 64), (3, 96, 160)):
        image = np.random.default_rng(0).random((batch, 3, height, width), np.float32)
        (answer,) = session.run(["probability"], {"image": image})
        assert answer.shape == (batch, 1, height, width)
        assert 0 <= answer.min() <= answer.max() <= 1


def test_the_exported_network_answers_as_the_trained_one(network: BuildingNet, model: Path) -> None:
    image = torch.rand(1, 3, 96, 96)
    with torch.no_grad():
        expected = Detector(network)(image).numpy()
    (answer,) = onnxruntime.InferenceSession(str(model)).run(["probability"], {"image": image.numpy()})
    np.testing.assert_allclose(answer, expected, atol=2e-5)


def test_the_result_does_not_depend_on_how_an_image_is_cut(model: Path) -> None:
    image = np.random.default_rng(1).integers(0, 256, (150, 203, 3), np.uint8)
    whole, cut = (Predictor(model, 1).probability(image, core) for core in (1024, 64))
    np.testing.assert_allclose(whole, cut, atol=2e-6)


def test_the_default_network_is_at_most_eight_megabytes() -> None:
    model = to_onnx(BuildingNet(Parameters().width))
    assert len(model.SerializeToString()) <= 8_000_000
    assert not any(weights.external_data for weights in model.graph.initializer)


def test_inference_knows_the_network_s_stride_and_halo() -> None:
    assert (predictor.STRIDE, predictor.HALO) == (STRIDE, HALO)
