"""A small detector for one CPU core, in parts that can be learnt one by one.

The plan is that of YOLOX-Nano (Ge et al., "YOLOX", 2021): a cross-stage-partial trunk with
depthwise 3 x 3 convolutions and pooling before its last stage, a path-aggregation neck,
and decoupled heads on three levels. The input is reduced by one 6 x 6 convolution instead
of slices, which ONNX Runtime runs faster.

The network is a row of *parts*, each of which makes one map from maps before it. A teacher
of the same plan can hand each part the maps that its own parts got, so that each learns
its share at once and alone ("blockwise" distillation, Wang et al., "Progressive Blockwise
Knowledge Distillation", 2018).

A class is there when an object is (said by the boxes' tower, as in YOLOX, since only that
one ever learnt what background looks like) and the object is of that class. Both are
learnt as one score, "this class is here, boxed this well" (Li et al., "Generalized Focal
Loss", 2020), which lets the loss of a class be left out for a picture whose data set does
not label it.

This module imports torch; reach it through :func:`watchpost.learning.torch_extra.require`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from watchpost.learning.cells import STRIDES

_PRIOR = 0.01
# Pixels 0..255 become some -2..2.
_PIXEL_MIDDLE, _PIXEL_SCALE = 114.0, 64.0
_SUREST = 20.0

# Told a part's name and the map it made; returns the map to go on with.
_Made = Callable[[str, Any], Any]


def _as_made(_name: str, value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Shape:
    """How wide the network is.

    Attributes:
        stem: Channels at stride 2.
        stages: Channels at strides 4, 8, 16 and 32; the neck's levels have the same.
        depths: Residual units at strides 4, 8, 16 and 32.
        head: Channels inside the heads.
    """

    stem: int = 16
    stages: tuple[int, int, int, int] = (32, 64, 128, 256)
    depths: tuple[int, int, int, int] = (1, 3, 3, 1)
    head: int = 64


class PixelConvolution(nn.Conv2d):  # type: ignore[misc]
    """Takes raw pixels 0..255, which are scaled within its weights.

    The picture is edged with black, as a teacher that is given raw pixels sees it.
    """

    def forward(self, pictures: Any) -> Any:
        """Return its map; with a bias, its weights are scaled already."""
        weight, bias = self.weight, self.bias
        if bias is None:
            weight, bias = self.scaled()
        return functional.conv2d(pictures, weight, bias, self.stride, self.padding)

    def scale(self) -> None:
        """Make its weights those for raw pixels, for good."""
        weight, bias = self.scaled()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def scaled(self) -> tuple[Any, Any]:
        """Return weight and bias for raw pixels."""
        weight = self.weight / _PIXEL_SCALE
        return weight, -_PIXEL_MIDDLE * weight.sum((1, 2, 3))

    def unscaled(self, weight: Any, bias: Any) -> tuple[Any, Any]:
        """Return what, scaled, is this weight and bias: a weight, and what remains."""
        return weight * _PIXEL_SCALE, bias + _PIXEL_MIDDLE * weight.sum((1, 2, 3))


def _conv(
    inputs: int,
    outputs: int,
    size: int = 1,
    stride: int = 1,
    groups: int = 1,
    kind: type[nn.Conv2d] = nn.Conv2d,
) -> Any:
    # An even kernel must not move the picture: 6 x 6 at stride 2 wants two of padding.
    padding = (size - 1) // 2
    return nn.Sequential(
        kind(inputs, outputs, size, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
        nn.SiLU(inplace=True),
    )


def _apart(inputs: int, outputs: int, stride: int = 1) -> Any:
    """Return a 3 x 3 convolution taken apart: within channels, then across them."""
    return nn.Sequential(
        _conv(inputs, inputs, 3, stride, groups=inputs), _conv(inputs, outputs)
    )


class _Unit(nn.Module):  # type: ignore[misc]  # torch comes without types here
    """1 x 1 then 3 x 3 convolution, added to the input or not."""

    def __init__(self, channels: int, *, adds: bool) -> None:
        super().__init__()
        self.path = nn.Sequential(_conv(channels, channels), _apart(channels, channels))
        self.adds = adds

    def forward(self, x: Any) -> Any:
        return x + self.path(x) if self.adds else self.path(x)


class _Stage(nn.Module):  # type: ignore[misc]
    """Split, refine one half by units, and join both."""

    def __init__(
        self, inputs: int, outputs: int, depth: int = 1, *, adds: bool = False
    ) -> None:
        super().__init__()
        half = outputs // 2
        self.refined, self.kept = _conv(inputs, half), _conv(inputs, half)
        self.units = nn.Sequential(*(_Unit(half, adds=adds) for _ in range(depth)))
        self.join = _conv(outputs, outputs)

    def forward(self, x: Any, part: _Made = _as_made) -> Any:
        refined = part("_refined", self.refined(x))
        for number, unit in enumerate(self.units, 1):
            refined = part(f"_unit{number}", unit(refined))
        return part("", self.join(torch.cat((refined, self.kept(x)), 1)))


class _Pooled(nn.Module):  # type: ignore[misc]
    """Max-pools of 5, 9 and 13 cells, joined: sees far at the coarsest level."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inside = _conv(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.join = _conv(channels * 2, channels)

    def forward(self, x: Any, part: _Made = _as_made) -> Any:
        parts = [part("_inside", self.inside(x))]
        for _ in range(3):
            # Pools in a row see as far as one large pool, for less work.
            parts.append(self.pool(parts[-1]))
        return part("_pooled", self.join(torch.cat(parts, 1)))


class _Tower(nn.Module):  # type: ignore[misc]
    """A head's way from the map that both heads of a level share."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            _apart(channels, channels), _apart(channels, channels)
        )

    def forward(self, x: Any, part: _Made = _as_made) -> Any:
        first, last = self.path
        return part("", last(part("_first", first(x))))


class Detector(nn.Module):  # type: ignore[misc]
    """The network.

    ``forward`` takes pictures (n, 3, height, width), float32, BGR, 0..255, sides
    multiples of 32, and returns rows (n, cells, 4 + classes): x and y offsets from the
    cell in strides, logarithms of width and height in strides, then class logits; cells
    row by row, strides 8, 16, 32.
    """

    def __init__(self, classes: int, shape: Shape | None = None) -> None:
        super().__init__()
        s = shape or Shape()
        self.classes = classes
        _, w8, w16, w32 = s.stages
        self.stem = _conv(3, s.stem, 6, 2, kind=PixelConvolution)
        self.trunk = nn.ModuleList()
        for (a, b), depth in zip(
            itertools.pairwise((s.stem, *s.stages)), s.depths, strict=True
        ):
            last = b == w32
            middle = [_Pooled(b)] if last else []
            self.trunk.append(
                nn.Sequential(
                    _apart(a, b, 2), *middle, _Stage(b, b, depth, adds=not last)
                )
            )
        self.lateral32 = _conv(w32, w16)
        self.merged16 = _Stage(2 * w16, w16)
        self.lateral16 = _conv(w16, w8)
        self.neck8 = _Stage(2 * w8, w8)
        self.down8, self.neck16 = _apart(w8, w8, 2), _Stage(2 * w8, w16)
        self.down16, self.neck32 = _apart(w16, w16, 2), _Stage(2 * w16, w32)
        self.shared = nn.ModuleList(_conv(w, s.head) for w in (w8, w16, w32))
        self.class_towers = nn.ModuleList(_Tower(s.head) for _ in STRIDES)
        self.box_towers = nn.ModuleList(_Tower(s.head) for _ in STRIDES)
        self.class_rows = nn.ModuleList(nn.Conv2d(s.head, classes, 1) for _ in STRIDES)
        self.object_rows = nn.ModuleList(nn.Conv2d(s.head, 1, 1) for _ in STRIDES)
        self.box_rows = nn.ModuleList(nn.Conv2d(s.head, 4, 1) for _ in STRIDES)
        for to_object, to_box in zip(self.object_rows, self.box_rows, strict=True):
            nn.init.constant_(to_object.bias, -math.log((1 - _PRIOR) / _PRIOR))
            nn.init.constant_(to_box.bias, 0.5)

    def maps(self, pictures: Any, given: Mapping[str, Any] | None = None) -> Any:
        """Return the map that each of the :data:`parts.PARTS` makes, by its name.

        Args:
            pictures: As ``forward`` takes them.
            given: Maps to go on with instead of the network's own, by part, of the same
                shapes; parts after it see these and no gradient passes.
        """
        made: dict[str, Any] = {}
        given = given or {}

        def part(name: str, value: Any) -> Any:
            made[name] = value
            return given.get(name, value)

        def within(name: str) -> _Made:
            return lambda inner, value: part(name + inner, value)

        x = part("stem", self.stem(pictures))
        levels = []
        for stride, (down, *pooled, stage) in zip(
            (4, *STRIDES), self.trunk, strict=True
        ):
            x = part(f"trunk{stride}_down", down(x))
            for wide in pooled:
                x = wide(x, within(f"trunk{stride}"))
            x = stage(x, within(f"trunk{stride}"))
            levels.append(x)
        _, t8, t16, t32 = levels
        l32 = part("lateral32", self.lateral32(t32))
        m16 = self.merged16(torch.cat((_twice(l32), t16), 1), within("merged16"))
        l16 = part("lateral16", self.lateral16(m16))
        n8 = self.neck8(torch.cat((_twice(l16), t8), 1), within("neck8"))
        d8 = part("down8", self.down8(n8))
        n16 = self.neck16(torch.cat((d8, l16), 1), within("neck16"))
        d16 = part("down16", self.down16(n16))
        n32 = self.neck32(torch.cat((d16, l32), 1), within("neck32"))
        for level, (stride, x) in enumerate(zip(STRIDES, (n8, n16, n32), strict=True)):
            shared = part(f"shared{stride}", self.shared[level](x))
            self.class_towers[level](shared, within(f"classes{stride}"))
            self.box_towers[level](shared, within(f"boxes{stride}"))
        return made

    def rows(self, maps: Mapping[str, Any]) -> Any:
        """Return the rows that the heads' maps say."""
        levels = []
        for level, stride in enumerate(STRIDES):
            of_class, of_box = maps[f"classes{stride}"], maps[f"boxes{stride}"]
            score = _both(
                self.object_rows[level](of_box), self.class_rows[level](of_class)
            )
            levels.append(
                torch.cat((self.box_rows[level](of_box), score), 1).flatten(2)
            )
        return torch.cat(levels, 2).transpose(1, 2)

    def forward(self, pictures: Any) -> Any:
        """Return the rows of pictures."""
        return self.rows(self.maps(pictures))


def _both(a: Any, b: Any) -> Any:
    """Return the logit of the product of two probabilities given as logits."""
    against_a, against_b = (
        torch.exp(-logit.clamp(-_SUREST, _SUREST)) for logit in (a, b)
    )
    return -torch.log(against_a + against_b + against_a * against_b)


def _twice(x: Any) -> Any:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
