"""Inspection beside the counts, without its looks: stations and their newest verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.screens.counts.periods import Period
from watchpost.protocol.cameras import Camera, StationStatus
from watchpost.protocol.inspection import VerdictPage, VerdictRecord
from watchpost.protocol.live import Judged

MOST = 200
_RELOAD_MS = 400


@dataclass(frozen=True, slots=True)
class InspectionState:
    """What is shown.

    Attributes:
        period: Day or week; None before it is known.
        stations: Name and today's figures of every station of the chosen cameras, and
            of those that no line can choose; None where none are told.
        verdicts: Of the period, newest first; the newest :data:`MOST` at most.
        loading: Nothing has been read yet.
        sentence: Why nothing can be shown, or that what is shown is old.
        todo: What to do about it.
    """

    period: Period | None = None
    stations: tuple[tuple[str, StationStatus | None], ...] = ()
    verdicts: tuple[VerdictRecord, ...] = ()
    loading: bool = True
    sentence: str = ""
    todo: str = ""


class InspectionPresenter(QObject):
    """Reads verdicts and keeps them current while the page is shown. GUI thread.

    Signals:
        changed: :class:`InspectionState`.
    """

    changed = Signal(object)

    def __init__(self, link: EdgeLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._camera_ids: tuple[str, ...] = ()
        self._request = 0
        self._answers: list[VerdictPage] = []
        self._active = False
        self.state = InspectionState()
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.setInterval(_RELOAD_MS)
        self._reload.timeout.connect(self.load)
        link.cameras_changed.connect(self._on_cameras)
        link.camera_status.connect(self._on_cameras)
        link.live.judged.connect(self._on_judged)
        link.live.missed.connect(self._soon)

    def watch(self, camera_ids: Sequence[str], period: Period) -> None:
        """Show the stations of these cameras in this period."""
        chosen = tuple(dict.fromkeys(camera_ids))
        if (chosen, period) == (self._camera_ids, self.state.period):
            return
        self._camera_ids = chosen
        self._show(
            period=period,
            stations=self._stations(),
            verdicts=(),
            loading=True,
            sentence="",
            todo="",
        )
        self.load()

    def activate(self) -> None:
        """Read, and keep current from now on."""
        self._active = True
        self._show(stations=self._stations())
        self.load()

    def deactivate(self) -> None:
        """Read nothing while nobody looks."""
        self._active = False
        self._reload.stop()

    def load(self) -> None:
        """Read the verdicts of the period again."""
        self._request += 1
        self._answers = []
        period = self.state.period
        asked = self._asked()
        if not self._active or period is None or not asked:
            return
        for camera_id in asked:
            self._link.tasks.run(
                partial(
                    self._link.port.verdicts,
                    camera_id=camera_id,
                    from_ns=period.from_ns,
                    to_ns=period.to_ns,
                    limit=MOST,
                ),
                partial(self._on_page, self._request, len(asked)),
                partial(self._on_failed, self._request),
            )

    def _asked(self) -> list[str]:
        return [camera.id for camera in self._link.cameras if self._is_watched(camera)]

    def _is_watched(self, camera: Camera) -> bool:
        """Return whether its stations are shown: a line chose it, or none can."""
        chosen = camera.id in self._camera_ids or not camera.lines
        return chosen and bool(camera.stations)

    def _on_cameras(self, _status: object = None) -> None:
        had = bool(self.state.stations)
        self._show(stations=self._stations())
        if self.state.stations and not had:
            self.load()

    def _stations(self) -> tuple[tuple[str, StationStatus | None], ...]:
        found: list[tuple[str, StationStatus | None]] = []
        for camera in self._link.cameras:
            if self._is_watched(camera):
                figures = {s.station_id: s for s in camera.status.stations}
                found += [
                    (station.name, figures.get(station.id))
                    for station in camera.stations
                ]
        return tuple(found)

    def _on_judged(self, judged: Judged) -> None:
        period = self.state.period
        camera = self._link.camera(judged.camera_id)
        here = camera is not None and self._is_watched(camera)
        if here and period is not None and period.holds(judged.at_ns):
            self._soon()

    def _on_page(self, request: int, asked: int, page: VerdictPage) -> None:
        if request != self._request:
            return
        self._answers.append(page)
        if len(self._answers) < asked:
            return
        found = [verdict for answer in self._answers for verdict in answer.verdicts]
        found.sort(key=lambda verdict: verdict.to_ns, reverse=True)
        self._show(verdicts=tuple(found[:MOST]), loading=False, sentence="", todo="")

    def _on_failed(self, request: int, error: WatchpostError) -> None:
        if request == self._request:
            self._request += 1
            self._show(loading=False, sentence=error.what, todo=error.todo)

    def _soon(self) -> None:
        if self._active and not self._reload.isActive():
            self._reload.start()

    def _show(self, **changes: object) -> None:
        state = replace(self.state, **changes)  # type: ignore[arg-type]
        if state != self.state:
            self.state = state
            self.changed.emit(state)
