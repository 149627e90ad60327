"""What the head and the correction panel show, as values made from a case."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from watchpost.console.itemmodels.frame_boxes import BoxRow
from watchpost.console.moments import clock_text, day_text, when_text
from watchpost.console.screens.review.cases import Case
from watchpost.console.screens.review.correction import (
    Draft,
    Tally,
    suggested_reason,
)
from watchpost.console.screens.review.queue import case_name
from watchpost.console.screens.review.scenes import class_title
from watchpost.console.times import short_clock_text
from watchpost.console.widgets.player.scene import BoxMark, FrameScene
from watchpost.domain.quality import what_is_wrong
from watchpost.protocol.edge import Role
from watchpost.protocol.review import CorrectionReason, Event

REVIEWERS: frozenset[Role] = frozenset(("supervisor", "manager", "admin"))
NO_TALLY = Tally(0, 0)


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the head of the player shows about the case.

    Attributes:
        name: Such as "D-4817"; empty without a case.
        where: Camera, line, time.
        model: The model that counted it.
        why: Why it was counted, in a sentence.
    """

    name: str = ""
    where: str = ""
    model: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class FormState:
    """What the correction panel shows.

    Attributes:
        enabled: A correction can be made here.
        sentence: Why not, or what stands against it.
        is_claim: There is a claim that can be rejected.
        tally_in: Counted and correct, in.
        tally_out: Counted and correct, out.
        scope: What "counted" means: in this clip, in this hour; empty without a case.
        has_frames: There are frames to correct, or they are on their way.
        boxes: Detections on the frame in front.
        no_boxes: Stands in the table when there are none.
        selected: The chosen one.
        selected_class: Its class; empty without a choice.
        classes: Names for the digits 1 to 9.
        reason: The reason that will be sent.
        note: The note.
        effect: What approving will do, in a sentence.
        changed: There is something to approve.
        undo: What undo takes back; empty when nothing.
        redo: What redo does again; empty when nothing.
        audit: Time, person and step, oldest first.
    """

    enabled: bool = False
    sentence: str = ""
    is_claim: bool = False
    tally_in: Tally = NO_TALLY
    tally_out: Tally = NO_TALLY
    scope: str = ""
    has_frames: bool = True
    boxes: tuple[BoxRow, ...] = ()
    no_boxes: str = ""
    selected: str = ""
    selected_class: str = ""
    classes: tuple[str, ...] = ()
    reason: CorrectionReason = "other"
    note: str = ""
    effect: str = ""
    changed: bool = False
    undo: str = ""
    redo: str = ""
    audit: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a form is made from.

    Attributes:
        case: The case.
        draft: Its correction so far.
        tallies: Counted and correct, in and out.
        scene: The frame in front; without boxes when there is no clip.
        selected: Key of the chosen box.
        classes: Names for the digits 1 to 9.
        has_clip: There is a clip, frame by frame.
        no_clip: There is none and there will be none.
        role: What this person may do; None while unknown.
        on_its_way: A decision on this case waits for the edge.
        now_ns: UTC nanoseconds.
    """

    case: Case
    draft: Draft
    tallies: tuple[Tally, Tally]
    scene: FrameScene
    selected: str
    classes: tuple[str, ...]
    has_clip: bool
    no_clip: bool
    role: Role | None
    on_its_way: bool
    now_ns: int


def case_state(case: Case) -> CaseState:
    """Return the head of a case."""
    span = case.span_ns
    if span is not None:
        when = _tr("{day}, {start} to {end}").format(
            day=day_text(span[0]),
            start=short_clock_text(span[0]),
            end=short_clock_text(span[1]),
        )
    else:
        when = f"{day_text(case.at_ns)} {clock_text(case.at_ns)}"
    event = case.event
    return CaseState(
        case_name(case),
        f"{case.camera_name} · {case.line_name} · {when}",
        event.model if event is not None else "",
        _why(event) if event is not None else "",
    )


def _why(event: Event) -> str:
    """Return why it was counted, and first why that may be wrong."""
    if not event.picture:
        return event.why
    doubt = _tr("In doubt ({what}).").format(what=what_is_wrong(event.picture))
    return f"{doubt} {event.why}"


def form_state(desk: Desk, *, undo: str, redo: str) -> FormState:
    """Return the correction panel of a case."""
    draft, tallies = desk.draft, desk.tallies
    enabled, sentence = _permission(desk)
    changed = any(tally.change for tally in tallies) or draft.decision.touches_boxes
    selected = desk.scene.box(desk.selected)
    boxes = tuple(_row(box) for box in desk.scene.boxes if box.number)
    return FormState(
        enabled=enabled,
        sentence=sentence,
        is_claim=desk.case.is_open,
        tally_in=tallies[0],
        tally_out=tallies[1],
        scope=_scope(desk),
        has_frames=not desk.no_clip,
        boxes=boxes,
        no_boxes="" if boxes else _no_boxes(desk),
        selected=desk.selected,
        selected_class=selected.class_name if selected is not None else "",
        classes=desk.classes,
        reason=draft.reason or suggested_reason(tallies, draft.decision),
        note=draft.note,
        effect=_effect(desk.case, tallies, changed=changed),
        changed=changed,
        undo=undo,
        redo=redo,
        audit=_audit(desk.case, desk.now_ns),
    )


def _permission(desk: Desk) -> tuple[bool, str]:
    if desk.role is not None and desk.role not in REVIEWERS:
        words = _tr(
            "The role {role} may look but not correct. Ask a supervisor or manager."
        )
        return False, words.format(role=desk.role)
    if desk.on_its_way:
        return False, _tr("A decision on this case is on its way to the edge.")
    if desk.case.dispute is not None and not desk.case.is_open:
        return False, _tr("This claim has been decided.")
    return True, ""


def _scope(desk: Desk) -> str:
    if desk.case.span_ns is not None:
        return _tr("hours of the claim")
    if desk.has_clip:
        return _tr("this line, this clip")
    return _tr("this count")


def _no_boxes(desk: Desk) -> str:
    if not desk.has_clip:
        return _tr("The clip is on its way.")
    if not desk.scene.analysed:
        return _tr("This frame was not analysed. Boxes stand between its neighbours'.")
    return _tr("Nothing was detected on this frame.")


def _effect(case: Case, tallies: tuple[Tally, Tally], *, changed: bool) -> str:
    if not changed:
        return _tr("Nothing is corrected yet.")
    parts = []
    if tallies[0].change:
        parts.append(_tr("{n} in").format(n=_signed(tallies[0].change)))
    if tallies[1].change:
        parts.append(_tr("{n} out").format(n=_signed(tallies[1].change)))
    if not parts:
        return _tr("The count stays; the boxes are kept as examples to learn from.")
    words = _tr("Changes {line} by {change}. The first count stays in the ledger.")
    return words.format(line=case.line_name, change=", ".join(parts))


def _audit(case: Case, now_ns: int) -> tuple[tuple[str, str, str], ...]:
    if case.dispute is None:
        return ()
    return tuple(
        (when_text(line.at_ns, now_ns), line.by, line.text)
        for line in case.dispute.audit
    )


def _row(box: BoxMark) -> BoxRow:
    if box.rejected:
        decision = _tr("Rejected")
    else:
        decision = _tr("New") if box.kind == "added" else _tr("Keep")
    return BoxRow(
        box.key,
        box.number,
        f"#{box.track_id}" if box.track_id else "",
        class_title(box.class_name),
        f"{box.score:.2f}" if box.score is not None else "-",
        decision,
        box.rejected,
    )


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Review", text)
