"""The segmentation network: a U-Net whose outputs depend on a known, bounded neighbourhood."""

import torch
from torch import nn
from torch.nn import functional

STRIDE = 16
"""Pixels: inputs must be multiples of it, and moving an input by it moves the output by exactly as much."""

HALO = 96
"""Pixels: no output depends on anything farther away (the receptive field is smaller; a test measures it)."""

OUTLINE_CUT = 0.8
"""How far a sure outline lowers the probability. Buildings are traced from one raster: what parts them must be in it."""


class Block(nn.Sequential):
    """3x3 convolutions, each with batch normalisation, whose statistics are frozen at inference.

    Normalisations that look at the whole window (group, instance, squeeze) are left out on purpose: with them a building
    would depend on where the window was cut.
    """

    def __init__(self, inputs: int, outputs: int, convolutions: int = 2) -> None:
        layers: list[nn.Module] = []
        for index in range(convolutions):
            layers += [
                nn.Conv2d(inputs if index == 0 else outputs, outputs, 3, padding=1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers)


class Rise(nn.Module):
    """One step of the decoder: reduce the channels, double the resolution, add the encoder's features.

    Adding instead of concatenating halves the first convolution's work, which is what costs time at full resolution.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(inputs, outputs, 1)
        self.block = Block(outputs, outputs)

    def forward(self, deep: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        raised = functional.interpolate(self.reduce(deep), scale_factor=2.0, mode="nearest")
        return self.block(raised + skip)


class BuildingNet(nn.Module):
    """U-Net (Ronneberger et al. 2015) with five levels and two heads.

    `width` is the number of channels at full resolution. Input: float32 [N, 3, H, W], RGB in 0..1.
    Output: logits, float32 [N, 2, H, W]: building, outline of a building.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        channels = [width, width * 2, width * 4, width * 8, width * 12]
        self.falls = nn.ModuleList(
            Block(inputs, outputs) for inputs, outputs in zip([3, *channels[:3]], channels[:4], strict=True)
        )
        self.floor = Block(channels[3], channels[4], convolutions=1)
        self.rises = nn.ModuleList(
            Rise(inputs, outputs) for inputs, outputs in zip(channels[:0:-1], channels[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(channels[0], 2, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        features = (image - 0.4) * 4.0
        skips = []
        for fall in self.falls:
            features = fall(features)
            skips.append(features)
            features = functional.max_pool2d(features, 2)
        features = self.floor(features)
        for rise, skip in zip(self.rises, reversed(skips), strict=True):
            features = rise(features, skip)
        return self.head(features)


class Detector(nn.Module):
    """What is exported: one probability, [N, 1, H, W], lowered along outlines so that neighbours come apart."""

    def __init__(self, network: BuildingNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        heads = torch.sigmoid(self.network(image))
        return heads[:, :1] * (1 - OUTLINE_CUT * heads[:, 1:])
