"""How far the network is from what is wanted, as one differentiable number.

Classes: quality focal loss against soft scores (Li et al., "Generalized Focal Loss",
2020), left out where nothing is known. Boxes: generalised IoU (Rezatofighi et al., 2019)
and the distance of the raw columns, weighted by the wanted score. Inner maps: the
teacher's, relative to the spread of each channel (FitNets, 2015).

This module imports torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional

from watchpost.base.errors import LearningError
from watchpost.learning.cells import cell_grid

_MIN_WANTED = 0.05
_QUIET = 0.1


def detection_loss(rows: Any, batch: dict[str, Any], width: int, height: int) -> Any:
    """Return class loss and box loss of a batch, a tensor of two.

    Args:
        rows: The network's, (n, cells, 4 + classes).
        batch: ``scores`` (n, cells, classes), ``boxes`` (n, cells, 4) in input pixels,
            ``known`` (n, cells, classes).
        width: Of the input, pixels.
        height: Likewise.
    """
    cells, strides = (
        torch.from_numpy(a.copy()).to(rows.device) for a in cell_grid(width, height)
    )
    wanted, known = batch["scores"], batch["known"]
    logits = rows[..., 4:]
    distance = (wanted - logits.sigmoid()).abs().square()
    by_class = functional.binary_cross_entropy_with_logits(
        logits, wanted, reduction="none"
    )
    weight = wanted.amax(-1)
    total = wanted.sum().clamp(min=1.0)
    class_loss = (by_class * distance * known).sum() / total
    chosen = weight > _MIN_WANTED
    if not bool(chosen.any()):
        return torch.stack((class_loss, rows[..., :4].sum() * 0.0))
    image, cell = chosen.nonzero(as_tuple=True)
    w = weight[image, cell]
    step, grid = strides[cell, None], cells[cell]
    raw, target = rows[image, cell, :4], batch["boxes"][image, cell]
    asked = raw_columns(target, grid, step)
    overlap = giou(boxes_of(raw, grid, step), target)
    apart = functional.smooth_l1_loss(raw, asked, reduction="none", beta=0.5).sum(-1)
    box_loss = ((1.0 - overlap + 0.2 * apart) * w).sum() / w.sum().clamp(min=1.0)
    return torch.stack((class_loss, box_loss))


def boxes_of(raw: Any, grid: Any, step: Any) -> Any:
    """Return corners in pixels from the four raw columns of some cells."""
    middle = (raw[:, :2] + grid) * step
    half = raw[:, 2:].clamp(max=8.0).exp() * step / 2
    return torch.cat((middle - half, middle + half), -1)


def raw_columns(boxes: Any, grid: Any, step: Any) -> Any:
    """Return the four raw columns that stand for these corners."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2 / step - grid
    size = ((boxes[:, 2:] - boxes[:, :2]) / step).clamp(min=0.05).log()
    return torch.cat((middle, size), -1)


def giou(a: Any, b: Any) -> Any:
    """Return the generalised IoU of boxes pair by pair, -1..1."""
    inner = torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])
    outer = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    both = inner.clamp(min=0).prod(-1)
    union = (a[:, 2:] - a[:, :2]).prod(-1) + (b[:, 2:] - b[:, :2]).prod(-1) - both
    hull = outer.prod(-1).clamp(min=1e-6)
    return both / union.clamp(min=1e-6) - (hull - union) / hull


def map_loss(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Any:
    """Return how much of a teacher's maps is missed: 0 nothing, 1 all that varies.

    Args:
        ours: The network's maps by part, (n, channels, h, w) each.
        theirs: The teacher's; parts that it does not have are left out.

    Raises:
        LearningError: A map has another shape than ours.
    """
    losses = []
    for part, wanted in theirs.items():
        if wanted.shape != ours[part].shape:
            raise LearningError(
                f"The teacher's map for {part} is {tuple(wanted.shape[1:])}, ours "
                f"{tuple(ours[part].shape[1:])}.",
                todo="Name in the recipe's [teacher.maps] maps of the same shape.",
            )
        cells = _cells(wanted)
        spread = cells.square().mean(0) - cells.mean(0).square()
        missed = (_cells(ours[part]) - cells).square().mean(0)
        # Channels that hardly say anything must not weigh as much as the others.
        losses.append((missed / (spread + _QUIET * spread.mean())).mean())
    return torch.stack(losses).mean()


def _cells(maps: Any) -> Any:
    """Return maps (n, channels, h, w) as rows, one a cell: (n * h * w, channels)."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)
