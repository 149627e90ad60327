"""A part is judged from all looks; what nobody could judge is never a pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchpost.domain.coverage import NotAnalysed
from watchpost.domain.frames import FrameKey
from watchpost.domain.verdicts import (
    Finding,
    Look,
    NotInspected,
    Outcome,
    judge,
)

BOX = (0.1, 0.2, 0.3, 0.4)


def looks(text: str) -> list[Look]:
    """Return looks: ``.`` good, ``x`` a defect, ``?`` good and ``!`` bad, untrusted."""
    return [
        Look(
            FrameKey(1, index),
            index,
            (Finding("crack", 0.5 + index / 1000, BOX),) if one in "x!" else (),
            trusted=one in ".x",
        )
        for index, one in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("seen", "outcome", "reason"),
    [
        ("...", Outcome.PASS, None),
        ("", Outcome.NOT_INSPECTED, NotInspected.TOO_FEW_LOOKS),
        ("..", Outcome.NOT_INSPECTED, NotInspected.TOO_FEW_LOOKS),
        ("x", Outcome.NOT_INSPECTED, NotInspected.TOO_FEW_LOOKS),
        ("xx", Outcome.FAIL, None),
        ("x.x..", Outcome.FAIL, None),
        ("x.........", Outcome.PASS, None),
        ("x...", Outcome.NOT_INSPECTED, NotInspected.LOOKS_DISAGREE),
        ("xx........", Outcome.NOT_INSPECTED, NotInspected.LOOKS_DISAGREE),
        ("???", Outcome.NOT_INSPECTED, NotInspected.BAD_PICTURE),
        ("..?", Outcome.NOT_INSPECTED, NotInspected.BAD_PICTURE),
        ("!!!!", Outcome.NOT_INSPECTED, NotInspected.BAD_PICTURE),
        ("...????", Outcome.PASS, None),
        ("xx????", Outcome.FAIL, None),
    ],
)
def test_verdicts(seen: str, outcome: Outcome, reason: NotInspected | None) -> None:
    judged = judge(looks(seen), 3)
    assert (judged.outcome, judged.reason) == (outcome, reason)


def test_an_interruption_is_the_reason_of_what_it_took_away() -> None:
    reason = NotInspected.WORKER_RESTART
    assert judge(looks(".."), 3, reason).reason is reason
    assert judge(looks("..."), 3, reason).outcome is Outcome.PASS


def test_a_reject_says_which_defects_where_and_in_which_frame() -> None:
    scratch = Finding("scratch", 0.9, (0.5, 0.5, 0.6, 0.6))
    weak = Finding("crack", 0.41, BOX)
    strong = Finding("crack", 0.8, (0.0, 0.0, 0.2, 0.2))
    seen = [
        Look(FrameKey(1, 10), 10, (weak,)),
        Look(FrameKey(1, 13), 13, (weak, strong, scratch)),
        Look(FrameKey(1, 16), 16),
    ]
    judged = judge(seen, 3)
    assert judged.outcome is Outcome.FAIL
    assert (judged.looks, judged.defect_looks) == (3, 2)
    crack, other = judged.defects
    assert (crack.class_name, crack.score, crack.looks) == ("crack", 0.8, 2)
    assert (crack.box, crack.key) == (strong.box, FrameKey(1, 13))
    assert (other.class_name, other.looks) == ("scratch", 1)


def test_every_reason_not_to_look_is_one_not_to_inspect() -> None:
    assert {reason.value for reason in NotAnalysed} <= set(NotInspected)


RANK = {Outcome.PASS: 0, Outcome.NOT_INSPECTED: 1, Outcome.FAIL: 2}
SEEN = st.text(".x?!", max_size=30)


@given(SEEN, st.integers(1, 8))
def test_only_who_was_looked_at_often_enough_passes(seen: str, least: int) -> None:
    judged = judge(looks(seen), least)
    trusted = [one for one in seen if one in ".x"]
    assert judged.looks == len(trusted)
    if judged.outcome is Outcome.PASS:
        assert len(trusted) >= least
    if judged.outcome is Outcome.FAIL:
        assert trusted.count("x") >= 2
    assert (judged.reason is None) == (judged.outcome is not Outcome.NOT_INSPECTED)


@given(SEEN, st.integers(0, 30), st.integers(1, 8))
def test_a_defect_more_never_speaks_for_a_part(seen: str, at: int, least: int) -> None:
    before = judge(looks(seen), least)
    if before.outcome is Outcome.NOT_INSPECTED and "x" not in seen:
        return  # One more look may make them enough.
    after = judge(looks(seen[:at] + "x" + seen[at:]), least)
    assert RANK[after.outcome] >= RANK[before.outcome]


@given(SEEN, st.integers(1, 8), st.randoms(use_true_random=False))
def test_the_order_of_looks_does_not_matter(seen: str, least: int, rng: object) -> None:
    mixed = list(seen)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = judge(looks(seen), least), judge(looks("".join(mixed)), least)
    assert (one.outcome, one.reason) == (other.outcome, other.reason)


@given(SEEN)
def test_untrusted_looks_never_change_what_is_judged(seen: str) -> None:
    judged = judge(looks(seen), 3)
    without = judge(looks("".join(one for one in seen if one in ".x")), 3)
    assert judged.outcome is without.outcome
