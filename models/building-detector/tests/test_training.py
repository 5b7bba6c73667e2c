"""Training: the same bits twice, and something learned."""

import hashlib
import subprocess
import sys

import pytest

from building_detector.cpu import cap_instructions
from building_detector.export import to_onnx
from building_detector.fit import fit
from building_detector.parameters import Parameters
from building_detector.prepared import Prepared
from building_detector.record import PACKAGE

SMALL = Parameters(steps=12, batch=2, window=64, width=4, threads=1, lr=0.01)


def train_once(prepared: Prepared, parameters: Parameters) -> tuple[str, list[float]]:
    losses: list[float] = []
    network = fit(prepared, parameters, lambda step, loss, rate: losses.append(loss))
    return hashlib.sha256(to_onnx(network).SerializeToString()).hexdigest(), losses


def test_the_same_parameters_give_the_same_file_and_another_seed_another(prepared: Prepared) -> None:
    first, losses = train_once(prepared, SMALL)
    second, again = train_once(prepared, SMALL)
    assert (first, losses) == (second, again)
    assert train_once(prepared, Parameters(**{**SMALL.__dict__, "seed": 1}))[0] != first


def test_the_loss_falls(prepared: Prepared) -> None:
    _, losses = train_once(prepared, Parameters(**{**SMALL.__dict__, "steps": 40}))
    assert sum(losses[-3:]) < 0.85 * sum(losses[:3])


def test_the_cap_holds_torch_to_narrower_instructions_and_must_come_before_it() -> None:
    source = (
        "from building_detector.cpu import cap_instructions; cap_instructions('avx2');"
        "import torch; print(torch.backends.cpu.get_cpu_capability())"
    )
    done = subprocess.run([sys.executable, "-c", source], cwd=PACKAGE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "AVX2"
    with pytest.raises(RuntimeError, match="before torch"):
        cap_instructions("avx2")
