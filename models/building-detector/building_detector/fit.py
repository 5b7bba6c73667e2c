"""The training loop: the same data and parameters give the same weights, bit for bit, at the same thread count."""

from collections.abc import Callable

import torch

from building_detector.loss import loss_of
from building_detector.network import BuildingNet
from building_detector.parameters import Parameters
from building_detector.prepared import Prepared
from building_detector.windows import Windows, make_targets

WEIGHT_DECAY = 0.01
RISING_SHARE = 0.2
"""The part of the steps in which the one-cycle schedule raises the learning rate."""


def fit(prepared: Prepared, parameters: Parameters, report: Callable[[int, float, float], None]) -> BuildingNet:
    """Train a network. `report` is called after each step with step (from 1), loss and learning rate."""
    torch.set_num_threads(parameters.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(parameters.seed)
    targets = make_targets(prepared.labels, prepared.split)
    windows = Windows(prepared.image, prepared.split, targets, parameters.window, parameters.seed)
    network = BuildingNet(parameters.width).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=parameters.lr, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=parameters.lr, total_steps=parameters.steps, pct_start=RISING_SHARE
    )
    for step in range(1, parameters.steps + 1):
        images, layers = (torch.from_numpy(array) for array in windows.batch(parameters.batch))
        rate = schedule.get_last_lr()[0]
        loss = loss_of(network(images), layers)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        report(step, loss.item(), rate)
    return network.eval()
