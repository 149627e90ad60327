from __future__ import annotations

import pytest

from support.counting import (
    DAY,
    DOOR,
    HOUR,
    NOON,
    SetClock,
    crossing,
    ledger_event,
)
from watchpost.base.errors import StoreError
from watchpost.protocol.review import (
    CorrectionRequest,
    DecisionRequest,
    DisputeRequest,
)
from watchpost.store.cameras import CameraRecord
from watchpost.store.database import Database
from watchpost.store.disputes import FIRST_NUMBER, DisputeRepository
from watchpost.store.ledger import Ledger
from watchpost.store.totals import Totals


@pytest.fixture
def disputes(db: Database) -> DisputeRepository:
    return DisputeRepository(db)


@pytest.fixture
def event_id(ledger: Ledger, camera: CameraRecord) -> str:
    ledger.append(ledger_event(camera.id, crossing(NOON + 1, sequence=99))).result(5)
    return ledger.append(ledger_event(camera.id, crossing())).result(5).event_id


def claim(event_id: str, *, due_ns: int | None = None) -> DisputeRequest:
    return DisputeRequest(
        event_id=event_id, claim="Charged for 2, travelled alone", due_ns=due_ns
    )


def minus_one(key: str = "key-00001") -> CorrectionRequest:
    return CorrectionRequest(
        change_in=-1,
        reason="false_detection",
        note="Kiosk table",
        idempotency_key=key,
    )


def test_a_dispute_from_opening_to_correction(
    disputes: DisputeRepository, ledger: Ledger, event_id: str, clock: SetClock
) -> None:
    opened = disputes.open(claim(event_id), "R. Silva")
    assert (opened.number, opened.state) == (FIRST_NUMBER, "new")
    assert (opened.camera_name, opened.line_name) == ("Bus door", "Door")
    assert opened.at_ns == NOON
    assert ledger.event(event_id).dispute_id == opened.id
    clock.now_ns += 1
    assert disputes.take(opened.id, "A. Ito").state == "in_review"
    clock.now_ns += 1
    decided = ledger.correct_dispute(opened.id, minus_one(), "A. Ito")
    assert decided.state == "corrected"
    assert [c.change_in for c in decided.corrections] == [-1]
    assert [(line.at_ns - NOON, line.by, line.text) for line in decided.audit] == [
        (0, "R. Silva", "Opened: Charged for 2, travelled alone"),
        (1, "A. Ito", "Taken into review"),
        (2, "A. Ito", "Count changed by −1 in, false detection: Kiosk table"),
    ]
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(2, 0, 1, 0)
    assert ledger.event(event_id).corrected


def test_a_decision_sent_twice_is_made_once(
    disputes: DisputeRepository, ledger: Ledger, event_id: str
) -> None:
    opened = disputes.open(claim(event_id), "a")
    once = ledger.correct_dispute(opened.id, minus_one(), "b")
    assert ledger.correct_dispute(opened.id, minus_one(), "b") == once
    assert ledger.totals(DOOR, NOON, NOON + HOUR).corrected_in == 1


def test_a_closed_dispute_is_not_decided_again(
    disputes: DisputeRepository, ledger: Ledger, event_id: str
) -> None:
    opened = disputes.open(claim(event_id), "a")
    rejected = disputes.reject(opened.id, DecisionRequest(note="Two people"), "b")
    assert rejected.state == "rejected"
    assert rejected.audit[-1].text == "Claim rejected: Two people"
    with pytest.raises(StoreError) as caught:
        ledger.correct_dispute(opened.id, minus_one(), "b")
    assert caught.value.code == "dispute.conflict"
    with pytest.raises(StoreError):
        disputes.reject(opened.id, DecisionRequest(), "b")
    # The refused correction left nothing behind.
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(2, 0, 2, 0)
    assert disputes.get(opened.id).corrections == ()


def test_numbers_rise_and_urgent_ones_come_first(
    disputes: DisputeRepository, camera: CameraRecord
) -> None:
    def about(hour: int, due_ns: int | None) -> DisputeRequest:
        return DisputeRequest(
            line_id=DOOR,
            from_ns=NOON + hour * HOUR,
            to_ns=NOON + (hour + 1) * HOUR,
            claim="Count differs from gate",
            claimed_in=41,
            due_ns=due_ns,
        )

    dues = (None, NOON + DAY, NOON + HOUR)
    opened = [disputes.open(about(i, due), "a") for i, due in enumerate(dues)]
    assert [d.number - FIRST_NUMBER for d in opened] == [0, 1, 2]
    assert (opened[0].from_ns, opened[0].to_ns) == (NOON, NOON + HOUR)
    assert (opened[0].claimed_in, opened[0].claimed_out) == (41, None)
    assert [d.number - FIRST_NUMBER for d in disputes.list()] == [2, 1, 0]
    disputes.reject(opened[1].id, DecisionRequest(), "b")
    assert [d.number - FIRST_NUMBER for d in disputes.list("open")] == [2, 0]
    assert [d.number - FIRST_NUMBER for d in disputes.list("closed")] == [1]
    page = disputes.list("all", limit=2)
    rest = disputes.list("all", before_number=page[-1].number)
    assert [d.number - FIRST_NUMBER for d in (*page, *rest)] == [2, 1, 0]


def test_an_hour_is_corrected_within_that_hour(
    disputes: DisputeRepository, ledger: Ledger, camera: CameraRecord
) -> None:
    opened = disputes.open(
        DisputeRequest(
            line_id=DOOR, from_ns=NOON, to_ns=NOON + HOUR, claim="42, not 40"
        ),
        "a",
    )
    plus_two = CorrectionRequest(
        change_in=2, reason="missed", idempotency_key="key-00001"
    )
    ledger.correct_dispute(opened.id, plus_two, "b")
    assert ledger.totals(DOOR, NOON, NOON + HOUR) == Totals(0, 0, 2, 0)
    assert ledger.totals(DOOR, NOON - HOUR, NOON) == Totals()
    other = disputes.open(
        DisputeRequest(
            line_id=DOOR, from_ns=NOON + HOUR, to_ns=NOON + 2 * HOUR, claim="0, not 2"
        ),
        "a",
    )
    with pytest.raises(StoreError) as caught:
        ledger.correct_dispute(other.id, minus_one("key-00002"), "b")
    assert caught.value.code == "correction.below_zero"


def test_one_count_is_in_one_open_dispute(
    disputes: DisputeRepository, event_id: str
) -> None:
    opened = disputes.open(claim(event_id), "a")
    with pytest.raises(StoreError) as caught:
        disputes.open(claim(event_id), "b")
    assert caught.value.code == "dispute.conflict"
    disputes.reject(opened.id, DecisionRequest(), "b")
    assert disputes.open(claim(event_id), "b").number == FIRST_NUMBER + 1


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (DisputeRequest(claim="?"), "dispute.subject"),
        (DisputeRequest(claim="?", line_id=DOOR), "dispute.subject"),
        (
            DisputeRequest(claim="?", line_id=DOOR, from_ns=5, to_ns=5),
            "dispute.subject",
        ),
        (DisputeRequest(claim="?", event_id="none"), "event.unknown"),
        (DisputeRequest(claim="?", line_id="no", from_ns=1, to_ns=2), "line.unknown"),
    ],
)
def test_a_claim_about_nothing_is_refused(
    disputes: DisputeRepository,
    camera: CameraRecord,
    request_: DisputeRequest,
    code: str,
) -> None:
    with pytest.raises(StoreError) as caught:
        disputes.open(request_, "a")
    assert caught.value.code == code
    assert disputes.list("all") == ()
