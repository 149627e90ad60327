"""What a reviewer decided about one case, and the request that says it to the edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import get_args

from watchpost.base.ids import new_id
from watchpost.console.screens.review.clip import ReviewClip
from watchpost.domain.rules import Direction
from watchpost.protocol.live import Box
from watchpost.protocol.review import (
    BoxEdit,
    CorrectionReason,
    CorrectionRequest,
    Event,
)

MAX_EDITS = 2000
MAX_CHANGE = 100
MIN_BOX = 0.01
REASONS: tuple[CorrectionReason, ...] = get_args(CorrectionReason)
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom; fractions of the picture."""


@dataclass(frozen=True, slots=True)
class NewBox:
    """A box drawn by a person on one frame."""

    key: str
    index: int
    class_name: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Decision:
    """The part of a correction that can be undone, as a value.

    Attributes:
        rejected: Objects that are nothing; a track is rejected in the whole clip.
        renamed: Objects and their right class.
        moved: Objects, frames and where the box really is.
        added: Boxes that were missing.
        more_in: Steps of + and - on the number of crossings in.
        more_out: The same for out.
    """

    rejected: frozenset[str] = frozenset()
    renamed: tuple[tuple[str, str], ...] = ()
    moved: tuple[tuple[str, int, Rect], ...] = ()
    added: tuple[NewBox, ...] = ()
    more_in: int = 0
    more_out: int = 0

    def toggle_rejected(self, key: str) -> Decision:
        """Reject an object, or keep it again; a box drawn by hand just goes."""
        if any(box.key == key for box in self.added):
            return replace(self, added=tuple(b for b in self.added if b.key != key))
        return replace(self, rejected=self.rejected ^ {key})

    def rename(self, key: str, class_name: str) -> Decision:
        """Give an object another class."""
        if any(box.key == key for box in self.added):
            added = tuple(
                replace(box, class_name=class_name) if box.key == key else box
                for box in self.added
            )
            return replace(self, added=added)
        others = tuple(pair for pair in self.renamed if pair[0] != key)
        return replace(self, renamed=(*others, (key, class_name)))

    def move(self, key: str, index: int, rect: Rect) -> Decision:
        """Put an object's box on one frame where it belongs."""
        rect = tidy(rect)
        if any(box.key == key for box in self.added):
            added = tuple(
                replace(box, rect=rect) if box.key == key else box for box in self.added
            )
            return replace(self, added=added)
        others = tuple(m for m in self.moved if m[:2] != (key, index))
        return replace(self, moved=(*others, (key, index, rect)))

    def name_of(self, key: str, otherwise: str) -> str:
        """Return an object's class after the correction."""
        return next((name for k, name in self.renamed if k == key), otherwise)

    def place_of(self, key: str, index: int) -> Rect | None:
        """Return where a person put an object's box on a frame, or None."""
        return next((r for k, i, r in self.moved if (k, i) == (key, index)), None)

    def add(self, index: int, rect: Rect, class_name: str) -> Decision:
        """Add a box that the detector missed."""
        numbers = [int(box.key.removeprefix("new")) for box in self.added]
        key = f"new{max(numbers, default=0) + 1}"
        return replace(
            self, added=(*self.added, NewBox(key, index, class_name, tidy(rect)))
        )

    @property
    def touches_boxes(self) -> bool:
        """Whether any box was changed."""
        return bool(self.rejected or self.renamed or self.moved or self.added)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counted, correct and change of one direction."""

    counted: int
    correct: int

    @property
    def change(self) -> int:
        """What is added to the line's total."""
        return self.correct - self.counted


@dataclass(frozen=True, slots=True)
class Draft:
    """A correction that is being made.

    The idempotency key is fixed when the draft begins, so that sending it twice, even
    after the console was restarted, changes the count once.
    """

    decision: Decision = field(default_factory=Decision)
    reason: CorrectionReason | None = None
    """What a person chose; None leaves it to :func:`suggested_reason`."""
    note: str = ""
    idempotency_key: str = field(default_factory=new_id)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been decided or written."""
        return self.decision == Decision() and not self.note and self.reason is None


def tally(
    counted: tuple[int, int], crossings: Iterable[Event], decision: Decision
) -> tuple[Tally, Tally]:
    """Return in and out: rejected objects take their crossings with them.

    Args:
        counted: In and out as the system has them.
        crossings: Those that ``counted`` is made of, where they are known.
        decision: What the reviewer decided.
    """
    gone = {Direction.IN: 0, Direction.OUT: 0}
    for event in crossings:
        if f"{event.epoch}:{event.track_id}" in decision.rejected:
            gone[event.direction] += 1
    ins = max(0, counted[0] - gone[Direction.IN] + decision.more_in)
    outs = max(0, counted[1] - gone[Direction.OUT] + decision.more_out)
    return Tally(counted[0], ins), Tally(counted[1], outs)


def suggested_reason(
    tallies: tuple[Tally, Tally], decision: Decision
) -> CorrectionReason:
    """Return the likeliest reason; the reviewer may choose another."""
    change_in, change_out = tallies[0].change, tallies[1].change
    if change_in and change_in == -change_out:
        return "wrong_direction"
    if decision.rejected:
        return "false_detection"
    if change_in + change_out > 0 or decision.added:
        return "missed"
    if change_in + change_out < 0:
        return "counted_twice"
    return "other"


def request_of(
    draft: Draft, tallies: tuple[Tally, Tally], clip: ReviewClip | None
) -> CorrectionRequest:
    """Return the request that says this draft to the edge."""
    limit = MAX_CHANGE
    return CorrectionRequest(
        change_in=max(-limit, min(limit, tallies[0].change)),
        change_out=max(-limit, min(limit, tallies[1].change)),
        reason=draft.reason or suggested_reason(tallies, draft.decision),
        note=draft.note.strip()[:2000],
        boxes=box_edits(draft.decision, clip) if clip is not None else (),
        idempotency_key=draft.idempotency_key,
    )


def box_edits(decision: Decision, clip: ReviewClip) -> tuple[BoxEdit, ...]:
    """Return one edit a box and frame, those nearest to the event first kept.

    A rejected or renamed track becomes one edit for each frame it was measured in: each
    is an example to learn from.
    """
    edits = [
        (new.index, _edit(clip, new.index, "add", new.class_name, new.rect))
        for new in decision.added
    ]
    for key, index, rect in decision.moved:
        box = next((b for i, b in clip.frames_of(key) if i == index), None)
        if box is not None and key not in decision.rejected:
            name = decision.name_of(key, box.class_name)
            edits.append((index, _edit(clip, index, "move", name, rect, box.track_id)))
    for key in decision.rejected:
        edits.extend(
            (i, _edit(clip, i, "reject", box.class_name, edges(box), box.track_id))
            for i, box in clip.frames_of(key)
        )
    for key, name in decision.renamed:
        if key in decision.rejected:
            continue
        edits.extend(
            (i, _edit(clip, i, "rename", name, edges(box), box.track_id))
            for i, box in clip.frames_of(key)
            if decision.place_of(key, i) is None
        )
    if len(edits) > MAX_EDITS:
        edits.sort(key=lambda item: abs(item[0] - clip.event_index))
        edits = edits[:MAX_EDITS]
    edits.sort(key=lambda item: item[0])
    return tuple(edit for _, edit in edits)


def _edit(
    clip: ReviewClip,
    index: int,
    action: str,
    class_name: str,
    rect: Rect,
    track_id: int = 0,
) -> BoxEdit:
    frame = clip.info.frames[index]
    left, top, right, bottom = rect
    return BoxEdit.model_validate(
        {
            "epoch": frame.epoch,
            "sequence": frame.sequence,
            "action": action,
            "track_id": track_id,
            "class_name": class_name,
            "left": left,
            "top": top,
            "right": right,
            "bottom": bottom,
        }
    )


def edges(box: Box) -> Rect:
    """Return left, top, right and bottom of a box."""
    return box.left, box.top, box.right, box.bottom


def tidy(rect: Rect) -> Rect:
    """Return the rectangle inside the picture, right way round and not too thin."""
    left, right = sorted((_inside(rect[0]), _inside(rect[2])))
    top, bottom = sorted((_inside(rect[1]), _inside(rect[3])))
    if right - left < MIN_BOX:
        left = min(left, 1 - MIN_BOX)
        right = left + MIN_BOX
    if bottom - top < MIN_BOX:
        top = min(top, 1 - MIN_BOX)
        bottom = top + MIN_BOX
    return left, top, right, bottom


def _inside(value: float) -> float:
    return min(1.0, max(0.0, value))
