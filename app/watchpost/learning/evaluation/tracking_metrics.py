"""How well tracks follow the truth: HOTA, CLEAR MOT and identity measures.

HOTA with its parts follows Luiten et al., "HOTA: A Higher Order Metric for Evaluating
Multi-Object Tracking" (2021); MOTA, switches and fragments Bernardin and Stiefelhagen
(2008); IDF1 Ristani et al. (2016). Ties and edge cases are settled as in TrackEval, whose
results on public sequences are reproduced by a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchpost.domain.geometry import iou
from watchpost.learning.evaluation.matching import best_pairs
from watchpost.learning.evaluation.mot import Boxes

Array = NDArray[np.float64]
Ids = NDArray[np.int64]

_OVERLAPS = np.arange(0.05, 0.99, 0.05)
_HALF = 0.5
_EPSILON = float(np.finfo(float).eps)
_NOBODY = -1
_MOSTLY, _HARDLY = 0.8, 0.2
_NEVER = 1e10
# A pair of the frame before is kept whatever the overlaps are.
_KEPT = 1000.0


@dataclass(frozen=True, slots=True)
class TrackingScore:
    """The outcome of a sequence; shares 0..1, counts of boxes or identities.

    Attributes:
        hota, det_a, ass_a, loc_a: Means over 19 overlaps from 0.05 to 0.95.
        mota, motp: At an overlap of 0.5.
        switches: Times that the truth was handed to another track.
        fragments: Times that the truth was lost and found again.
        mostly_tracked, mostly_lost: Identities followed for over 80, below 20 % of
            their boxes.
        false_positives, misses, hits: Boxes at an overlap of 0.5.
        idf1, idp, idr: F1, precision and recall of the best one-to-one identities.
    """

    hota: float
    det_a: float
    ass_a: float
    loc_a: float
    mota: float
    motp: float
    switches: int
    fragments: int
    mostly_tracked: int
    mostly_lost: int
    false_positives: int
    misses: int
    hits: int
    idf1: float
    idp: float
    idr: float


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    truth: Ids
    said: Ids
    overlap: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Frames with identities counted from 0, and how many boxes each has in all."""

    frames: list[_Frame]
    truth_boxes: Ids
    said_boxes: Ids


class _Clear(NamedTuple):
    """The part of a score that CLEAR MOT is about."""

    mota: float
    motp: float
    switches: int
    fragments: int
    mostly_tracked: int
    mostly_lost: int
    false_positives: int
    misses: int
    hits: int


def score_tracks(truth: Sequence[Boxes], said: Sequence[Boxes]) -> TrackingScore:
    """Score tracks against the truth.

    Args:
        truth: What is to be followed, frame by frame.
        said: What a tracker says, likewise; see :func:`mot.scored`.
    """
    compared = _compare(truth, said)
    hota, det_a, ass_a, loc_a = _hota(compared)
    clear = _clear(compared)
    idf1, idp, idr = _identity(compared)
    return TrackingScore(
        hota=hota,
        det_a=det_a,
        ass_a=ass_a,
        loc_a=loc_a,
        idf1=idf1,
        idp=idp,
        idr=idr,
        **clear._asdict(),
    )


def _compare(truth: Sequence[Boxes], said: Sequence[Boxes]) -> _Compared:
    real_names = np.unique(
        np.concatenate([f.ids for f in truth] or [np.empty(0, np.int64)])
    )
    said_names = np.unique(
        np.concatenate([f.ids for f in said] or [np.empty(0, np.int64)])
    )
    frames = []
    real_boxes = np.zeros(len(real_names), np.int64)
    said_boxes = np.zeros(len(said_names), np.int64)
    for real, answer in zip(truth, said, strict=True):
        real_ids = np.searchsorted(real_names, real.ids)
        said_ids = np.searchsorted(said_names, answer.ids)
        real_boxes[real_ids] += 1
        said_boxes[said_ids] += 1
        frames.append(_Frame(real_ids, said_ids, iou(real.xyxy, answer.xyxy)))
    return _Compared(frames, real_boxes, said_boxes)


def _hota(compared: _Compared) -> tuple[float, float, float, float]:
    aligned = _alignment(compared)
    levels = len(_OVERLAPS)
    hits, misses, false = (np.zeros(levels) for _ in range(3))
    closeness = np.zeros(levels)
    together = np.zeros((levels, *aligned.shape))
    for frame in compared.frames:
        rows, columns = best_pairs(
            aligned[np.ix_(frame.truth, frame.said)] * frame.overlap
        )
        overlaps = frame.overlap[rows, columns]
        for level, least in enumerate(_OVERLAPS):
            right = overlaps >= least - _EPSILON
            count = int(right.sum())
            hits[level] += count
            misses[level] += len(frame.truth) - count
            false[level] += len(frame.said) - count
            closeness[level] += overlaps[right].sum()
            pair = frame.truth[rows[right]], frame.said[columns[right]]
            together[level][pair] += 1
    either = compared.truth_boxes[:, None] + compared.said_boxes[None]
    shared = together / np.maximum(1, either - together)
    ass_a = (together * shared).sum((1, 2)) / np.maximum(1, hits)
    det_a = hits / np.maximum(1, hits + misses + false)
    loc_a = np.maximum(1e-10, closeness) / np.maximum(1e-10, hits)
    hota = np.sqrt(det_a * ass_a)
    return tuple(float(v.mean()) for v in (hota, det_a, ass_a, loc_a))  # type: ignore[return-value]


def _alignment(compared: _Compared) -> Array:
    """Return how well each true identity and each track agree over the sequence."""
    shape = len(compared.truth_boxes), len(compared.said_boxes)
    agree = np.zeros(shape)
    for frame in compared.frames:
        overlap = frame.overlap
        either = overlap.sum(0)[None] + overlap.sum(1)[:, None] - overlap
        share = np.divide(
            overlap, either, out=np.zeros_like(overlap), where=either > _EPSILON
        )
        agree[np.ix_(frame.truth, frame.said)] += share
    every = compared.truth_boxes[:, None] + compared.said_boxes[None]
    aligned: Array = agree / np.maximum(every - agree, _EPSILON)
    return aligned


def _clear(compared: _Compared) -> _Clear:
    last = np.full(len(compared.truth_boxes), _NOBODY)
    now = last.copy()
    followed = np.zeros(len(last), np.int64)
    found_again = np.zeros(len(last), np.int64)
    hits = false = misses = switches = 0
    closeness = 0.0
    for frame in compared.frames:
        if not len(frame.truth) or not len(frame.said):
            false += len(frame.said)
            misses += len(frame.truth)
            continue
        gain = _KEPT * (frame.said[None] == now[frame.truth][:, None]) + frame.overlap
        gain[frame.overlap < _HALF - _EPSILON] = 0
        rows, columns = best_pairs(gain)
        right = gain[rows, columns] > _EPSILON
        rows, columns = rows[right], columns[right]
        real, track = frame.truth[rows], frame.said[columns]
        switches += int(((last[real] != _NOBODY) & (last[real] != track)).sum())
        followed[real] += 1
        was_lost = now == _NOBODY
        last[real] = track
        now[:] = _NOBODY
        now[real] = track
        found_again += was_lost & (now != _NOBODY)
        hits += len(real)
        misses += len(frame.truth) - len(real)
        false += len(frame.said) - len(real)
        closeness += float(frame.overlap[rows, columns].sum())
    share = followed / np.maximum(1, compared.truth_boxes)
    return _Clear(
        mota=(hits - false - switches) / max(1, hits + misses),
        motp=closeness / max(1, hits),
        switches=switches,
        fragments=int((found_again[found_again > 0] - 1).sum()),
        mostly_tracked=int((share > _MOSTLY).sum()),
        mostly_lost=int((share < _HARDLY).sum()),
        false_positives=false,
        misses=misses,
        hits=hits,
    )


def _identity(compared: _Compared) -> tuple[float, float, float]:
    real_n, said_n = len(compared.truth_boxes), len(compared.said_boxes)
    same = np.zeros((real_n, said_n))
    for frame in compared.frames:
        rows, columns = np.nonzero(frame.overlap >= _HALF)
        np.add.at(same, (frame.truth[rows], frame.said[columns]), 1)
    # Who stays without a partner pairs with a stand-in of its own.
    cost = np.full((real_n + said_n, real_n + said_n), 0.0)
    cost[real_n:, :said_n] = _NEVER
    cost[:real_n, said_n:] = _NEVER
    cost[:real_n, :said_n] = (
        compared.truth_boxes[:, None] + compared.said_boxes[None] - 2 * same
    )
    cost[np.arange(real_n), said_n + np.arange(real_n)] = compared.truth_boxes
    cost[real_n + np.arange(said_n), np.arange(said_n)] = compared.said_boxes
    rows, columns = best_pairs(-cost)
    both = (rows < real_n) & (columns < said_n)
    hits = float(same[rows[both], columns[both]].sum())
    said, real = float(compared.said_boxes.sum()), float(compared.truth_boxes.sum())
    return (
        2 * hits / max(1.0, said + real),
        hits / max(1.0, said),
        hits / max(1.0, real),
    )
