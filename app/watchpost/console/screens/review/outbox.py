"""Decisions on their way to the edge: kept on disk until it has taken them.

A decision is written to a file before it is sent, and sent with one idempotency key as
often as it takes, so neither an edge that goes away nor a console that ends loses it or
makes it count twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from PySide6.QtCore import QObject, QTimer, Signal

from watchpost.base.errors import WatchpostError
from watchpost.base.files import replace_file
from watchpost.base.log import get_logger
from watchpost.console.bridge.edges import EdgeLink
from watchpost.protocol.review import CorrectionRequest, DecisionRequest

FIRST_RETRY_S = 2
LAST_RETRY_S = 30
# The edge is away or busy: the same request will do later.
AWAY = frozenset({"edge.unreachable", "edge.timeout", "edge.http_503", "edge.http_502"})

_log = get_logger(__name__)


class Sending(BaseModel):
    """One decision: what it is about, in words for a person, and the request itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["event", "dispute", "reject"]
    target_id: str
    case_key: str
    title: str
    correction: CorrectionRequest | None = None
    decision: DecisionRequest | None = None
    key: str
    """The idempotency key; also names this entry."""


_SENDINGS = TypeAdapter(tuple[Sending, ...])


class Outbox(QObject):
    """Sends decisions one after another, oldest first. GUI thread.

    Signals:
        sent: :class:`Sending`, the edge has taken it.
        refused: :class:`Sending` and the error; the edge will not take it as it is.
        changed: ``waiting`` or ``problem`` changed.
    """

    sent = Signal(object)
    refused = Signal(object, object)
    changed = Signal()

    def __init__(
        self, link: EdgeLink, folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._path = folder / f"unsent-{_file_name(link.key)}.json"
        self._waiting = list(_read(self._path))
        self._running = False
        self._tries = 0
        self.problem: WatchpostError | None = None
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self.send_next)
        link.state_changed.connect(self._on_link)
        if self._waiting:
            QTimer.singleShot(0, self, self.send_next)

    @property
    def waiting(self) -> tuple[Sending, ...]:
        """Decisions that the edge has not taken yet, oldest first."""
        return tuple(self._waiting)

    @property
    def next_try_s(self) -> int:
        """Seconds until the next try; 0 when one is running or none is needed."""
        left = self._retry.remainingTime()
        return max(0, -(-left // 1000)) if self._retry.isActive() else 0

    def holds(self, case_key: str) -> bool:
        """Whether a decision on this case is waiting."""
        return any(sending.case_key == case_key for sending in self._waiting)

    def add(self, sending: Sending) -> None:
        """Keep a decision and send it."""
        if any(sending.key == waiting.key for waiting in self._waiting):
            return
        self._waiting.append(sending)
        self._write()
        self.changed.emit()
        self.send_next()

    def send_next(self) -> None:
        """Try now; harmless while a try is running."""
        if self._running or not self._waiting:
            return
        self._retry.stop()
        self._running = True
        sending = self._waiting[0]
        self._link.tasks.run(
            self._call(sending),
            partial(self._on_sent, sending),
            partial(self._on_failed, sending),
        )

    def _call(self, sending: Sending) -> Callable[[], object]:
        port = self._link.port
        if sending.kind == "reject" or sending.correction is None:
            decision = sending.decision or DecisionRequest(note="")
            return partial(port.reject_dispute, sending.target_id, decision)
        if sending.kind == "dispute":
            return partial(port.correct_dispute, sending.target_id, sending.correction)
        return partial(port.correct_event, sending.target_id, sending.correction)

    def _on_sent(self, sending: Sending, _answer: object) -> None:
        self._done(sending)
        self.problem = None
        self._tries = 0
        self.sent.emit(sending)
        self.changed.emit()
        self.send_next()

    def _on_failed(self, sending: Sending, error: WatchpostError) -> None:
        if error.code in AWAY:
            self._running = False
            self.problem = error
            wait_s = min(LAST_RETRY_S, FIRST_RETRY_S * 2**self._tries)
            self._tries += 1
            self._retry.start(wait_s * 1000)
            self.changed.emit()
            return
        self._done(sending)
        self.problem = None
        _log.warning("decision refused", code=error.code, kind=sending.kind)
        self.refused.emit(sending, error)
        self.changed.emit()
        self.send_next()

    def _done(self, sending: Sending) -> None:
        self._running = False
        self._waiting = [s for s in self._waiting if s.key != sending.key]
        self._write()

    def _on_link(self) -> None:
        if self._retry.isActive() and self._link.problem is None:
            self.send_next()

    def _write(self) -> None:
        try:
            if not self._waiting:
                self._path.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            content = _SENDINGS.dump_json(tuple(self._waiting))
            replace_file(self._path, content, private=True)
        except OSError as error:
            # Still kept in memory and sent; only a crash now would lose it.
            _log.warning("unsent decisions not written", error=str(error))


def _read(path: Path) -> tuple[Sending, ...]:
    try:
        return _SENDINGS.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        _log.warning("unsent decisions not read", error=str(error))
        return ()


def _file_name(key: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in key)[:60]
