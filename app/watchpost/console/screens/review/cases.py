"""A case: one thing in the review queue, a dispute or a plain count."""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.domain.rules import Direction
from watchpost.protocol.review import Dispute, Event


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute, a counted event, or a dispute about an event.

    Attributes:
        key: Unique in the console, ``d:<id>`` or ``e:<id>``.
        dispute: The claim, when somebody made one.
        event: The count, when it is about one and it has been read.
    """

    key: str
    dispute: Dispute | None = None
    event: Event | None = None

    @property
    def camera_id(self) -> str:
        """The camera it happened at."""
        return self._source.camera_id

    @property
    def camera_name(self) -> str:
        """The camera's name."""
        return self._source.camera_name

    @property
    def line_id(self) -> str:
        """The line it is about."""
        return self._source.line_id

    @property
    def line_name(self) -> str:
        """The line's name."""
        return self._source.line_name

    @property
    def at_ns(self) -> int:
        """When it happened, UTC nanoseconds."""
        return self._source.at_ns

    @property
    def event_id(self) -> str | None:
        """The counted event, or None for a claim about an hour or a day."""
        if self.event is not None:
            return self.event.id
        return self.dispute.event_id if self.dispute is not None else None

    @property
    def is_open(self) -> bool:
        """Whether the claim still waits for a decision; a plain count never does."""
        return self.dispute is not None and self.dispute.state in ("new", "in_review")

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """The hour or day that was flagged, or None for a single count."""
        dispute = self.dispute
        if dispute is None or dispute.from_ns is None or dispute.to_ns is None:
            return None
        return dispute.from_ns, dispute.to_ns

    @property
    def direction(self) -> Direction | None:
        """Which way the counted one went, where the case is about one."""
        return self.event.direction if self.event is not None else None

    @property
    def _source(self) -> Dispute | Event:
        source = self.dispute if self.dispute is not None else self.event
        assert source is not None
        return source


def case_of_dispute(dispute: Dispute, event: Event | None = None) -> Case:
    """Return the case of a claim."""
    return Case(f"d:{dispute.id}", dispute, event)


def case_of_event(event: Event) -> Case:
    """Return the case of a plain count."""
    return Case(f"e:{event.id}", None, event)
