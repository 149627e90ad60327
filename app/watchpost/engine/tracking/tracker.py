"""The tracker: detections of one camera in, tracks out.

Association follows ByteTrack (Zhang et al., 2022: sure boxes first, then unsure ones for
tracks that would else be lost), with two additions for low and uneven detection rates:
a last round on widened boxes (Yang et al., "Hard to Track Objects with Irregular Motions
and Similar Appearances? Make It Easier by Buffering the Matching Space", 2023), and a
velocity taken anew from the two observations around a gap (OC-SORT, Cao et al., 2023).
The widened round reaches no further than somebody can have strayed from the prediction
since they were last seen, so that who vanishes in a doorway is not taken for the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchpost.base.clock import NS_PER_S
from watchpost.domain.detections import Detections
from watchpost.domain.geometry import cxcywh_from_xyxy, iou, xyxy_from_cxcywh
from watchpost.domain.tracks import Tracks
from watchpost.engine.tracking.assignment import Rows, assign
from watchpost.engine.tracking.kalman import BoxFilter

Array = NDArray[np.float64]

# A track unseen for longer is only taken up again by a sure box near its prediction.
_FRESH_S = 0.6
_TENTATIVE_PENALTY = 0.1
_SECOND_READING = 0.3
# How far from its prediction a track may turn up, in heights of its box: at once, and
# more with every second unseen.
_STRAY = 0.3
_STRAY_PER_S = 1.0


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """When a box is believed and how long a track is remembered.

    Attributes:
        sure_score: Boxes from here on are matched first.
        unsure_score: Boxes below are ignored; between, they only continue tracks.
        birth_score: A new track needs one box of at least this.
        min_overlap: Least overlap of a sure box with a predicted track.
        min_overlap_unsure: The same for an unsure box.
        widen: Boxes grow by this share on each side in the last round.
        other_class_penalty: Taken off the overlap where classes differ.
        confirm_hits: Boxes in a row until a track counts as one.
        lost_s: Seconds that an unseen track is remembered.
    """

    sure_score: float = 0.45
    unsure_score: float = 0.25
    birth_score: float = 0.45
    min_overlap: float = 0.15
    min_overlap_unsure: float = 0.4
    widen: float = 0.5
    other_class_penalty: float = 0.1
    confirm_hits: int = 2
    lost_s: float = 1.5


class Tracker:
    """Follows the objects of one camera. Not thread-safe: one thread at a time."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._next_id = 1
        self.reset()

    def reset(self) -> None:
        """Forget all tracks; ids go on rising."""
        self._filter = BoxFilter()
        self._ids = np.empty(0, np.int64)
        self._confirmed = np.empty(0, np.bool_)
        self._best_scores = np.empty(0, np.float64)
        self._hits = np.empty(0, np.int64)
        self._scores = np.empty(0, np.float64)
        self._seen_ns = np.empty(0, np.int64)
        self._last_seen_box = np.empty((0, 4))
        self._votes = np.empty((0, 1))
        self._now_ns: int | None = None

    def update(
        self, detections: Detections, at_ns: int, *, aspect: float = 16 / 9
    ) -> Tracks:
        """Take in one frame's detections and return all tracks.

        Args:
            detections: Fractions of the picture.
            at_ns: The frame's time on any one clock, rising; a step back is taken as no
                time at all.
            aspect: Width by height of the picture, so that a metre right is as long as
                a metre down.
        """
        settings = self._settings
        self._advance(at_ns)
        boxes = detections.xyxy_norm.astype(np.float64)
        boxes[:, 0::2] *= aspect
        scores = detections.scores.astype(np.float64)
        classes = detections.class_ids
        sure = scores >= settings.sure_score
        unsure = ~sure & (scores >= settings.unsure_score)

        tracks, rows = self._associate(boxes, classes, sure, unsure)
        detection_of = np.full(len(self._ids), -1, np.int64)
        detection_of[tracks] = rows
        if len(tracks):
            self._continue(tracks, rows, boxes, scores, classes)

        taken = np.zeros(len(scores), bool)
        taken[rows] = True
        born = self._newcomers(boxes, sure, unsure, taken)
        ended, kept = self._retire(detection_of >= 0)
        detection_of = detection_of[kept]
        if len(born):
            self._begin(born, boxes, scores, classes)
            detection_of = np.concatenate((detection_of, born))
        self._confirm(detection_of >= 0)
        return self._report(detection_of, boxes, ended, aspect)

    def predict(self, at_ns: int, *, aspect: float = 16 / 9) -> Tracks:
        """Return where the tracks should be, without taking anything in."""
        seconds = 0.0 if self._now_ns is None else (at_ns - self._now_ns) / NS_PER_S
        ahead = self._filter.position + self._filter.velocity * max(0.0, seconds)
        unseen = np.full(len(self._ids), -1, np.int64)
        return self._tracks(
            xyxy_from_cxcywh(ahead), unseen, np.empty(0, np.int64), aspect
        )

    def rename_classes(self, new_of_old: NDArray[np.int64]) -> None:
        """Carry class votes over to another model's list.

        Args:
            new_of_old: For every old class its new index, -1 where there is none.
        """
        votes = np.zeros((len(self._votes), max(1, int(new_of_old.max(initial=0)) + 1)))
        for old in range(min(self._votes.shape[1], len(new_of_old))):
            if new_of_old[old] >= 0:
                votes[:, new_of_old[old]] += self._votes[:, old]
        self._votes = votes

    def _advance(self, at_ns: int) -> None:
        if self._now_ns is not None and at_ns > self._now_ns:
            self._filter.predict((at_ns - self._now_ns) / NS_PER_S)
        if self._now_ns is None or at_ns > self._now_ns:
            self._now_ns = at_ns

    def _associate(
        self,
        boxes: Array,
        classes: NDArray[np.int32],
        sure: NDArray[np.bool_],
        unsure: NDArray[np.bool_],
    ) -> tuple[Rows, Rows]:
        """Return matched (track rows, detection rows)."""
        nothing = np.empty(0, np.intp)
        if not len(self._ids) or not len(boxes):
            return nothing, nothing
        settings = self._settings
        predicted = xyxy_from_cxcywh(self._filter.position)
        other = self._votes.argmax(1)[:, None] != classes
        affinity = iou(predicted, boxes)
        affinity[other] -= settings.other_class_penalty
        free_tracks = np.ones(len(self._ids), bool)
        free_boxes = sure | unsure
        known = self._confirmed
        found_tracks, found_rows = [nothing], [nothing]

        def match(candidates: Rows, columns: Rows, table: Array, floor: float) -> None:
            r, c = assign(table, floor)
            tracks, rows = candidates[r], columns[c]
            found_tracks.append(tracks)
            found_rows.append(rows)
            free_tracks[tracks] = False
            free_boxes[rows] = False

        candidates, columns = known.nonzero()[0], sure.nonzero()[0]
        if candidates.size and columns.size:
            table = _part(affinity, candidates, columns)
            match(candidates, columns, table, settings.min_overlap)
        fresh = known & (self._age_s() < _FRESH_S)
        candidates, columns = (free_tracks & fresh).nonzero()[0], unsure.nonzero()[0]
        if candidates.size and columns.size:
            table = _part(affinity, candidates, columns)
            match(candidates, columns, table, settings.min_overlap_unsure)
        candidates = (free_tracks & (fresh | ~known)).nonzero()[0]
        columns = free_boxes.nonzero()[0]
        if candidates.size and columns.size:
            table = iou(
                _widened(predicted[candidates], settings.widen),
                _widened(boxes[columns], settings.widen),
            )
            table -= _part(other, candidates, columns)
            table -= _TENTATIVE_PENALTY * ~known[candidates, None]
            # Known tracks are followed by sure boxes alone this far.
            table[known[candidates, None] & unsure[columns]] = -1.0
            table[~self._within_reach(candidates, boxes[columns])] = -1.0
            match(candidates, columns, table, settings.min_overlap)
        return np.concatenate(found_tracks), np.concatenate(found_rows)

    def _within_reach(self, tracks: Rows, boxes: Array) -> NDArray[np.bool_]:
        """Return which boxes each track can have got to, shape (tracks, boxes)."""
        at, found = self._filter.position[tracks], cxcywh_from_xyxy(boxes)
        apart = np.hypot(at[:, None, 0] - found[:, 0], at[:, None, 1] - found[:, 1])
        height = (at[:, None, 3] + found[:, 3]) / 2
        stray = _STRAY + _STRAY_PER_S * self._age_s()[tracks]
        reached: NDArray[np.bool_] = apart <= stray[:, None] * height
        return reached

    def _newcomers(
        self,
        boxes: Array,
        sure: NDArray[np.bool_],
        unsure: NDArray[np.bool_],
        taken: NDArray[np.bool_],
    ) -> Rows:
        """Return the boxes that begin a track, which stays unconfirmed at first.

        An unsure box may begin one too, so that a track has a past when it is confirmed
        (somebody who comes out from behind another on a line), unless it is a second
        reading of somebody who is being followed.
        """
        begins = (sure | unsure) & ~taken
        if len(self._ids) and begins.any():
            overlap = iou(boxes, xyxy_from_cxcywh(self._filter.position)).max(1)
            begins &= sure | (overlap < _SECOND_READING)
        return np.nonzero(begins)[0]

    def _continue(
        self,
        tracks: Rows,
        rows: Rows,
        boxes: Array,
        scores: Array,
        classes: NDArray[np.int32],
    ) -> None:
        assert self._now_ns is not None
        measured = cxcywh_from_xyxy(boxes[rows])
        gap_s = (self._now_ns - self._seen_ns[tracks]) / NS_PER_S
        self._filter.correct(tracks, measured, scores[rows])
        long = gap_s > 0.5
        if long.any():
            # What was extrapolated through the gap was a guess; the two observations
            # around it are not.
            back = tracks[long]
            straight = (measured[long] - self._last_seen_box[back]) / gap_s[long, None]
            self._filter.velocity[back] = straight
        self._seen_ns[tracks] = self._now_ns
        self._last_seen_box[tracks] = measured
        self._scores[tracks] = scores[rows]
        self._best_scores[tracks] = np.maximum(self._best_scores[tracks], scores[rows])
        self._hits[tracks] += 1
        self._vote(tracks, classes[rows], scores[rows])

    def _begin(
        self, born: Rows, boxes: Array, scores: Array, classes: NDArray[np.int32]
    ) -> None:
        assert self._now_ns is not None
        count = len(born)
        measured = cxcywh_from_xyxy(boxes[born])
        self._filter.append(measured)
        ids = np.arange(self._next_id, self._next_id + count, dtype=np.int64)
        self._next_id += count
        self._ids = np.concatenate((self._ids, ids))
        self._confirmed = np.concatenate((self._confirmed, np.zeros(count, bool)))
        self._best_scores = np.concatenate((self._best_scores, scores[born]))
        self._hits = np.concatenate((self._hits, np.ones(count, np.int64)))
        self._scores = np.concatenate((self._scores, scores[born]))
        self._seen_ns = np.concatenate(
            (self._seen_ns, np.full(count, self._now_ns, np.int64))
        )
        self._last_seen_box = np.concatenate((self._last_seen_box, measured))
        blank = np.zeros((count, self._votes.shape[1]))
        self._votes = np.concatenate((self._votes, blank))
        rows = np.arange(len(self._ids) - count, len(self._ids))
        self._vote(rows, classes[born], scores[born])

    def _vote(self, rows: Rows, classes: NDArray[np.int32], scores: Array) -> None:
        width = int(classes.max(initial=0)) + 1
        if width > self._votes.shape[1]:
            extra = np.zeros((len(self._votes), width - self._votes.shape[1]))
            self._votes = np.concatenate((self._votes, extra), axis=1)
        self._votes[rows, classes] += scores

    def _retire(
        self, matched: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        tentative = ~self._confirmed & ~matched
        forgotten = self._age_s() > self._settings.lost_s
        gone = tentative | forgotten
        ended = self._ids[gone]
        kept = ~gone
        if gone.any():
            self._filter.keep(kept)
            self._ids = self._ids[kept]
            self._confirmed = self._confirmed[kept]
            self._best_scores = self._best_scores[kept]
            self._hits = self._hits[kept]
            self._scores = self._scores[kept]
            self._seen_ns = self._seen_ns[kept]
            self._last_seen_box = self._last_seen_box[kept]
            self._votes = self._votes[kept]
        return ended, kept

    def _confirm(self, matched: NDArray[np.bool_]) -> None:
        enough = self._hits >= self._settings.confirm_hits
        believed = self._best_scores >= self._settings.birth_score
        self._confirmed |= enough & believed & matched

    def _age_s(self) -> Array:
        if self._now_ns is None:
            return np.empty(0)
        return (self._now_ns - self._seen_ns) / NS_PER_S

    def _report(
        self,
        detection_of: NDArray[np.int64],
        boxes: Array,
        ended: NDArray[np.int64],
        aspect: float,
    ) -> Tracks:
        shown = xyxy_from_cxcywh(self._filter.position)
        seen = detection_of >= 0
        shown[seen] = boxes[detection_of[seen]]
        return self._tracks(shown, detection_of, ended, aspect)

    def _tracks(
        self,
        boxes: Array,
        detection_of: NDArray[np.int64],
        ended: NDArray[np.int64],
        aspect: float,
    ) -> Tracks:
        norm = boxes.astype(np.float32)
        norm[:, 0::2] /= aspect
        velocity = self._filter.velocity[:, :2].astype(np.float32)
        velocity[:, 0] /= aspect
        return Tracks(
            self._ids.copy(),
            norm,
            self._scores.astype(np.float32),
            self._votes.argmax(1).astype(np.int32),
            self._confirmed.copy(),
            detection_of,
            velocity,
            ended,
        )


def _widened(boxes: Array, share: float) -> Array:
    size = (boxes[:, 2:] - boxes[:, :2]) * share
    return np.concatenate((boxes[:, :2] - size, boxes[:, 2:] + size), axis=1)


def _part(table: NDArray[Any], rows: Rows, columns: Rows) -> NDArray[Any]:
    """Return some rows and columns of a table; all of it, as is usual, for nothing."""
    if (rows.size, columns.size) == table.shape:
        return table
    return table[rows[:, None], columns]
