"""A small detector for one CPU core: plain convolutions, ReLU, three levels.

The trunk is a cross-stage-partial network (Wang et al., "CSPNet", 2020) with the pooled
last stage of YOLOv5's SPPF; the neck a path-aggregation network of equal width (as in
Yu et al., "PP-PicoDet", 2021); the heads are decoupled, with depthwise 5 x 5
convolutions. ReLU and plain 3 x 3 convolutions are chosen for ONNX Runtime on a CPU,
where they fuse and vectorise; SiLU would cost about a fifth more time.

There is no object score: each class score stands for "this class is here, boxed this
well" (Li et al., "Generalized Focal Loss", 2020), which lets the loss of a class be left
out for a picture whose data set does not label it.

This module imports torch; reach it through :func:`watchpost.learning.torch_extra.require`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

STRIDES = (8, 16, 32)
_PRIOR = 0.01


@dataclass(frozen=True, slots=True)
class Shape:
    """How wide the network is.

    Attributes:
        stem: Channels at stride 2.
        stages: Channels at strides 4, 8, 16 and 32.
        depths: Residual units at strides 4, 8, 16 and 32.
        neck: Channels of each level of the neck and of the heads.
    """

    stem: int = 16
    stages: tuple[int, int, int, int] = (32, 64, 128, 192)
    depths: tuple[int, int, int, int] = (1, 2, 2, 1)
    neck: int = 64


def _conv(
    inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1
) -> Any:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
        nn.ReLU(inplace=True),
    )


class _Unit(nn.Module):  # type: ignore[misc]  # torch comes without types here
    """1 x 1 then 3 x 3 convolution, added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            _conv(channels, channels), _conv(channels, channels, 3)
        )

    def forward(self, x: Any) -> Any:
        return x + self.path(x)


class _Stage(nn.Module):  # type: ignore[misc]
    """Split, refine one half by residual units, and join both."""

    def __init__(self, inputs: int, outputs: int, depth: int) -> None:
        super().__init__()
        half = outputs // 2
        self.refined, self.kept = _conv(inputs, half), _conv(inputs, half)
        self.units = nn.Sequential(*(_Unit(half) for _ in range(depth)))
        self.join = _conv(outputs, outputs)

    def forward(self, x: Any) -> Any:
        return self.join(torch.cat((self.units(self.refined(x)), self.kept(x)), 1))


class _Pooled(nn.Module):  # type: ignore[misc]
    """Three max-pools in a row, joined: sees far at the coarsest level."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inside = _conv(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.join = _conv(channels * 2, channels)

    def forward(self, x: Any) -> Any:
        parts = [self.inside(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.join(torch.cat(parts, 1))


class _Head(nn.Module):  # type: ignore[misc]
    """Box and class maps of one level."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.for_class, self.for_box = (
            nn.Sequential(
                _conv(channels, channels, 5, groups=channels),
                _conv(channels, channels),
                _conv(channels, channels, 5, groups=channels),
                _conv(channels, channels),
            )
            for _ in range(2)
        )
        self.classes = nn.Conv2d(channels, classes, 1)
        self.box = nn.Conv2d(channels, 4, 1)
        nn.init.constant_(self.classes.bias, -math.log((1 - _PRIOR) / _PRIOR))
        nn.init.constant_(self.box.bias, 0.5)

    def forward(self, x: Any) -> Any:
        return torch.cat(
            (self.box(self.for_box(x)), self.classes(self.for_class(x))), 1
        )


class Detector(nn.Module):  # type: ignore[misc]
    """The network.

    ``forward`` takes pictures (n, 3, height, width), float32, BGR, 0..255, sides
    multiples of 32, and returns rows (n, cells, 4 + classes): x and y offsets from the
    cell in strides, logarithms of width and height in strides, then class logits; cells
    row by row, strides 8, 16, 32. ``features`` also returns the three neck maps.
    """

    def __init__(self, classes: int, shape: Shape | None = None) -> None:
        super().__init__()
        s = shape or Shape()
        w, d, n = s.stages, s.depths, s.neck
        self.classes, self.width = classes, (shape or Shape()).neck
        self.stem = _conv(3, s.stem, 3, 2)
        widths = (s.stem, *w)
        self.downs = nn.ModuleList(
            _conv(a, b, 3, 2) for a, b in itertools.pairwise(widths)
        )
        self.stages = nn.ModuleList(
            _Stage(b, b, count) for b, count in zip(w, d, strict=True)
        )
        self.pooled = _Pooled(w[3])
        self.laterals = nn.ModuleList(_conv(channels, n) for channels in w[1:])
        self.up4, self.up3 = _Stage(2 * n, n, 1), _Stage(2 * n, n, 1)
        self.down3, self.down4 = _conv(n, n, 3, 2), _conv(n, n, 3, 2)
        self.out4, self.out5 = _Stage(2 * n, n, 1), _Stage(2 * n, n, 1)
        self.heads = nn.ModuleList(_Head(n, classes) for _ in STRIDES)

    def features(self, pictures: Any) -> list[Any]:
        """Return the neck's maps at strides 8, 16 and 32, (n, neck, h, w) each."""
        x = self.stem((pictures - 114.0) / 64.0)
        levels = []
        for down, stage in zip(self.downs, self.stages, strict=True):
            x = stage(down(x))
            levels.append(x)
        levels[3] = self.pooled(levels[3])
        c3, c4, c5 = (
            lateral(level)
            for lateral, level in zip(self.laterals, levels[1:], strict=True)
        )
        p4 = self.up4(torch.cat((_twice(c5), c4), 1))
        p3 = self.up3(torch.cat((_twice(p4), c3), 1))
        p4 = self.out4(torch.cat((self.down3(p3), p4), 1))
        p5 = self.out5(torch.cat((self.down4(p4), c5), 1))
        return [p3, p4, p5]

    def rows(self, features: Sequence[Any]) -> Any:
        """Return the heads' rows from the neck's maps."""
        maps = [head(x) for head, x in zip(self.heads, features, strict=True)]
        return torch.cat([m.flatten(2) for m in maps], 2).transpose(1, 2)

    def forward(self, pictures: Any) -> Any:
        """Return the rows of pictures."""
        return self.rows(self.features(pictures))


def _twice(x: Any) -> Any:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
