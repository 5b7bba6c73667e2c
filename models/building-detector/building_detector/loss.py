"""The training loss."""

import torch
from torch.nn import functional

OUTLINE_SHARE = 0.5
"""Weight of the outline head beside the building head."""


def loss_of(logits: torch.Tensor, layers: torch.Tensor) -> torch.Tensor:
    """Weighted cross-entropy and soft Dice of buildings, and weighted cross-entropy of outlines.

    logits [N, 2, H, W]: building, outline; layers [N, 3, H, W]: the same and the weight (0: not counted). Dice is taken
    over the whole batch, so that windows without a building do not swing it.
    """
    targets, weight = layers[:, :2], layers[:, 2]
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    entropy = (entropy * weight[:, None]).sum(dim=(0, 2, 3)) / weight.sum().clamp_min(1.0)
    counted = (weight > 0).float()
    probability, building = torch.sigmoid(logits[:, 0]) * counted, targets[:, 0] * counted
    dice = 1 - (2 * (probability * building).sum() + 1) / (probability.sum() + building.sum() + 1)
    return entropy[0] + dice + OUTLINE_SHARE * entropy[1]
