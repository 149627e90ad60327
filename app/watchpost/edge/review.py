"""Counts and disputes, as the API asks for them; changes are told to everybody."""

from __future__ import annotations

from watchpost.api.hub import LiveHub
from watchpost.api.identity import Identity
from watchpost.api.services import DisputeFilter
from watchpost.edge.stores import Stores
from watchpost.edge.totals import TodayTotals
from watchpost.protocol.counts import Bucket, LineCounts
from watchpost.protocol.live import CountsChanged, DisputesChanged
from watchpost.protocol.review import (
    Correction,
    CorrectionRequest,
    DecisionRequest,
    Dispute,
    DisputeRequest,
    Event,
    EventPage,
)


class Review:
    """The ledger and its disputes. Thread-safe."""

    def __init__(self, stores: Stores, totals: TodayTotals, hub: LiveHub) -> None:
        self._stores = stores
        self._totals = totals
        self._hub = hub

    def counts(
        self, line_id: str, *, from_ns: int, to_ns: int, bucket: Bucket, timezone: str
    ) -> LineCounts:
        """Return a line's counts by hour or day."""
        return self._stores.counts.line_counts(
            line_id, from_ns, to_ns, bucket, timezone
        )

    def counts_csv(
        self, *, from_ns: int, to_ns: int, bucket: Bucket, timezone: str
    ) -> bytes:
        """Return all lines' counts as CSV."""
        return self._stores.counts.csv(from_ns, to_ns, bucket, timezone)

    def events(
        self,
        *,
        camera_id: str | None,
        line_id: str | None,
        from_ns: int | None,
        to_ns: int | None,
        cursor: str | None,
        limit: int,
    ) -> EventPage:
        """Return a page, newest first."""
        return self._stores.ledger.events(
            camera_id=camera_id,
            line_id=line_id,
            from_ns=from_ns,
            to_ns=to_ns,
            cursor=cursor,
            limit=limit,
        )

    def event(self, event_id: str) -> Event:
        """Return one count."""
        return self._stores.ledger.event(event_id)

    def correct_event(
        self, event_id: str, correction: CorrectionRequest, by: Identity
    ) -> Correction:
        """Add a correction to the ledger."""
        done = self._stores.ledger.correct_event(event_id, correction, by.user)
        self._restated()
        return done

    def disputes(self, state: DisputeFilter) -> tuple[Dispute, ...]:
        """Return disputes, most urgent first."""
        return self._stores.disputes.list(state)

    def dispute(self, dispute_id: str) -> Dispute:
        """Return one."""
        return self._stores.disputes.get(dispute_id)

    def open_dispute(self, request: DisputeRequest, by: Identity) -> Dispute:
        """Note that somebody says a count is wrong."""
        dispute = self._stores.disputes.open(request, by.user)
        self._hub.publish(DisputesChanged())
        return dispute

    def correct_dispute(
        self, dispute_id: str, correction: CorrectionRequest, by: Identity
    ) -> Dispute:
        """Decide by a correction."""
        done = self._stores.ledger.correct_dispute(dispute_id, correction, by.user)
        self._restated()
        self._hub.publish(DisputesChanged())
        return done

    def reject_dispute(
        self, dispute_id: str, decision: DecisionRequest, by: Identity
    ) -> Dispute:
        """Decide that the system was right."""
        dispute = self._stores.disputes.reject(dispute_id, decision, by.user)
        self._hub.publish(DisputesChanged())
        return dispute

    def _restated(self) -> None:
        self._totals.forget()
        self._hub.publish(CountsChanged())
