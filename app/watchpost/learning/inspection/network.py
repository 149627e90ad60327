"""A small network that compares a part with its template and answers with a heat map.

Beside the two pictures it sees where the part leaves a tolerance band around the template:
brighter than the brightest, or darker than the darkest, template pixel within 1 and 2
pixels (grey-scale morphology, as classic printed-board inspection does it: Moganti et al.,
"Automatic PCB Inspection Algorithms: A Survey", 1996). So a misplacement of a pixel or two
costs nothing to learn. How much of a cell leaves the band, and how much of that is more
than a thin line, tells most defects by itself and goes straight to the answer;
convolutions judge shape and surroundings.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from watchpost.learning.inspection.samples import GOOD, UNNAMED

_BANDS = (3, 5)
_CELL = 8
_PRIOR = 0.01


def _conv(
    inputs: int, outputs: int, size: int = 3, stride: int = 1, dilation: int = 1
) -> Any:
    return nn.Sequential(
        nn.Conv2d(
            inputs,
            outputs,
            size,
            stride,
            padding=size // 2 * dilation,
            dilation=dilation,
            bias=False,
        ),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class _Around(nn.Module):  # type: ignore[misc]  # torch comes without types here
    """A residual unit that looks around: depthwise 3 x 3 with gaps, then 1 x 1."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(
                channels,
                channels,
                3,
                padding=dilation,
                dilation=dilation,
                groups=channels,
                bias=False,
            ),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )
        self.mix = _conv(channels, channels, 1)

    def forward(self, maps: Any) -> Any:
        """Return the maps, improved; the same shape."""
        return maps + self.mix(self.look(maps))


class Comparer(nn.Module):  # type: ignore[misc]
    """Logits of "a defect is here" and of its kind, for cells of 8 x 8 pixels.

    Args:
        kinds: How many kinds of defects there are.
    """

    def __init__(self, kinds: int) -> None:
        super().__init__()
        clues = 2 * len(_BANDS) + 2
        self.trunk = nn.Sequential(
            _conv(2 + 2 * len(_BANDS), 16, stride=2),
            _conv(16, 24, stride=2),
            _conv(24, 48, stride=2),
        )
        self.judge = nn.Sequential(
            _conv(48 + clues, 48, 1), _Around(48, 1), _Around(48, 2), _Around(48, 1)
        )
        self.defect = nn.Conv2d(48 + clues, 1, 1)
        self.kind = nn.Conv2d(48 + clues, kinds, 1)
        # Before any training nearly nothing is claimed.
        nn.init.constant_(self.defect.bias, math.log(_PRIOR / (1 - _PRIOR)))

    def forward(self, pairs: Any) -> tuple[Any, Any]:
        """Return logits (batch, rows, columns) and (batch, kinds, rows, columns).

        Args:
            pairs: Part and aligned template, grey 0..255, shape (batch, 2, height,
                width), float32.
        """
        part, template = (pairs / 255).split(1, 1)
        out = []
        for side in _BANDS:
            high, low = _highest(template, side), -_highest(-template, side)
            out += [functional.relu(part - high), functional.relu(low - part)]
        thick = -_highest(-torch.cat(out[:2], 1), 3)
        clues = _filled(torch.cat([*out, thick], 1))
        maps = self.trunk(torch.cat([part, template, *out], 1))
        maps = torch.cat((self.judge(torch.cat((maps, clues), 1)), clues), 1)
        return self.defect(maps)[:, 0], self.kind(maps)


def _highest(picture: Any, side: int) -> Any:
    """Return the highest pixel of the square around each; by rows, then by columns."""
    across = functional.max_pool2d(picture, (1, side), 1, (0, side // 2))
    return functional.max_pool2d(across, (side, 1), 1, (side // 2, 0))


def _filled(maps: Any) -> Any:
    """Return how much the fullest window of a cell's size at each cell is filled, 0..4."""
    half = _CELL // 2
    share = functional.avg_pool2d(maps, _CELL, half, half // 2)
    return 4 * functional.max_pool2d(share, 3, 2, 1)


class HeatMap(nn.Module):  # type: ignore[misc]
    """What is exported: one map a kind; their maximum is the score of a defect."""

    def __init__(self, comparer: Comparer) -> None:
        super().__init__()
        self.comparer = comparer

    def forward(self, pairs: Any) -> Any:
        """Return heat 0..1, shape (batch, kinds, height / 8, width / 8)."""
        defect, kind = self.comparer(pairs)
        share = kind.softmax(1)
        return defect.sigmoid()[:, None] * share / share.amax(1, keepdim=True)


def inspection_loss(defect: Any, kind: Any, wanted: Any) -> Any:
    """Return the loss of a batch.

    Cells of defects count alike; good cells count by how wrong they are (the focal form
    of Zhou et al., "Objects as Points", 2019); unknown cells do not count.

    Args:
        defect: As :class:`Comparer` returns it.
        kind: Likewise.
        wanted: As :class:`watchpost.learning.inspection.samples.Piece` says, (batch,
            rows, columns), int64.
    """
    is_named, is_good = wanted >= 0, wanted == GOOD
    is_defect = is_named | (wanted == UNNAMED)
    cost = functional.binary_cross_entropy_with_logits(
        defect, is_defect.float(), reduction="none"
    )
    found = is_defect.sum().clamp(min=1)
    missed = (cost * is_defect).sum() / found
    wrong = defect.detach().sigmoid()
    claimed = (cost * is_good * wrong**2).sum() / found
    named = functional.cross_entropy(kind, wanted.clamp(min=0), reduction="none")
    return (
        missed + claimed + 0.5 * (named * is_named).sum() / is_named.sum().clamp(min=1)
    )
