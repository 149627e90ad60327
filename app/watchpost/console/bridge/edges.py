"""The edges that this console is connected to, and what it knows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK, Clock
from watchpost.base.errors import EdgeError, WatchpostError
from watchpost.base.log import get_logger
from watchpost.client.edge import EdgeClient
from watchpost.client.live import LiveState, LiveStream
from watchpost.console.bridge.live import LiveFeed
from watchpost.console.bridge.tasks import Tasks
from watchpost.protocol.alarms import AlarmRecord
from watchpost.protocol.cameras import Camera, CameraStatus, LineTotals
from watchpost.protocol.edge import EdgeInfo
from watchpost.protocol.health import HealthSample
from watchpost.protocol.live import Counted, Judged, LiveMessage

_log = get_logger(__name__)
_RETRY_MS = 2000
_CLOCK_NOISE_NS = 100 * NS_PER_MS


class LinkState(StrEnum):
    """How the connection to an edge is."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"


class Listener(Protocol):
    """A live stream that runs until it is stopped."""

    def stop(self, timeout_s: float = 3.0) -> None:
        """End it; nothing is called any more afterwards."""


Listen = Callable[
    [EdgeClient, Callable[[LiveMessage], None], Callable[[LiveState], None]], Listener
]
"""Begins to listen: ``(port, on_message, on_state) -> listener``.

Both callbacks come on the stream's own thread.
"""


def listen(
    port: EdgeClient,
    on_message: Callable[[LiveMessage], None],
    on_state: Callable[[LiveState], None],
) -> LiveStream:
    """Listen to a real edge."""
    stream = LiveStream(port.address, on_message=on_message, on_state=on_state)
    stream.start()
    return stream


class EdgeLink(QObject):
    """One edge: its calls, its live messages and what is known of it now.

    GUI thread only. Reconnects by itself; while the edge is away everything keeps its
    last known value, and :attr:`since_ns` says how old that is.

    Signals:
        state_changed: ``state``, ``info`` or ``problem`` changed.
        cameras_changed: The list of cameras, or an entry that is not its status.
        camera_status: A :class:`CameraStatus` changed (also updated in ``cameras``).
        alarms_changed: ``alarms`` changed.
        health_changed: ``health`` changed.
    """

    state_changed = Signal()
    cameras_changed = Signal()
    camera_status = Signal(object)
    alarms_changed = Signal()
    health_changed = Signal()
    _connection = Signal(object)

    def __init__(
        self,
        key: str,
        name: str,
        port: EdgeClient,
        *,
        listen_to: Listen = listen,
        tasks: Tasks | None = None,
        clock: Clock = SYSTEM_CLOCK,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        """Stable name of this link within the console, such as ``local``."""
        self.name = name
        self.port = port
        self.tasks = tasks if tasks is not None else Tasks(self)
        self.live = LiveFeed(self)
        self.state = LinkState.CONNECTING
        self.problem: WatchpostError | None = None
        self.since_ns = clock.utc_ns()
        self.info: EdgeInfo | None = None
        self.cameras: tuple[Camera, ...] = ()
        self.alarms: tuple[AlarmRecord, ...] = ()
        self.health: HealthSample | None = None
        self.clock_ahead_ns = 0
        """How far the edge's clock is ahead of this computer's."""
        self._clock = clock
        self._listen_to = listen_to
        self._stream: Listener | None = None
        self._heard_ns: dict[str, int] = {}
        self._looked: dict[str, tuple[CameraStatus, int]] = {}
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self.start)
        self._connection.connect(self._on_connection)
        self.live.camera_status.connect(self._on_status)
        self.live.cameras_changed.connect(self.reload_cameras)
        self.live.counts_changed.connect(self.reload_cameras)
        self.live.counted.connect(self._on_counted)
        self.live.judged.connect(self._on_judged)
        self.live.alarm.connect(self.take_alarm)
        self.live.health.connect(self._on_health)
        self.live.missed.connect(self._on_missed)

    @property
    def demo(self) -> bool:
        """Whether this is a demo site; marked as such everywhere."""
        return self.info is not None and self.info.demo

    def start(self) -> None:
        """Connect; tries again by itself until it works."""
        self.tasks.run(self.port.info, self._on_info, self._on_failure)

    def move_to(self, port: EdgeClient) -> None:
        """Go on with the same edge at another address, after it was started anew."""
        self._stop_listening()
        self.port = port
        self.start()

    def close(self) -> None:
        """Disconnect for good."""
        self._retry.stop()
        self._stop_listening()
        self.tasks.close()

    def _stop_listening(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.stop()

    def camera(self, camera_id: str) -> Camera | None:
        """Return a camera as it is known now."""
        return next((c for c in self.cameras if c.id == camera_id), None)

    def heard_ns(self, camera_id: str) -> int | None:
        """Return when the edge last told of a camera, by this computer's clock."""
        return self._heard_ns.get(camera_id)

    def last_looked(self, camera_id: str) -> tuple[CameraStatus, int] | None:
        """Return what a camera told when it was analysed last, and when it was heard.

        None: not since this console heard of it.
        """
        return self._looked.get(camera_id)

    @Slot()
    def reload_cameras(self) -> None:
        """Read the list of cameras again."""
        self.tasks.run(self.port.cameras, self._on_cameras, self._on_failure)

    @Slot()
    def reload_alarms(self) -> None:
        """Read the alarms again."""
        self.tasks.run(self.port.alarms, self._on_alarms, self._on_failure)

    def _on_info(self, info: EdgeInfo) -> None:
        self.info = info
        ahead_ns = info.now_ns - self._clock.utc_ns()
        # Below the time that the answer takes, the difference means nothing.
        self.clock_ahead_ns = ahead_ns if abs(ahead_ns) > _CLOCK_NOISE_NS else 0
        self.name = info.name
        self.reload_cameras()
        self.reload_alarms()
        if self._stream is None:
            self._stream = self._listen_to(
                self.port, self.live.post, self._connection.emit
            )
        self._set_state(LinkState.CONNECTED, None)

    def _on_failure(self, error: WatchpostError) -> None:
        refused = error.code in {"edge.unauthorised", "edge.forbidden", "edge.http_401"}
        self._set_state(LinkState.REFUSED if refused else LinkState.LOST, error)
        self._retry.start(_RETRY_MS * (15 if refused else 1))

    @Slot(object)
    def _on_connection(self, live: LiveState) -> None:
        if live.connected and self.state is not LinkState.CONNECTED:
            self.start()
        elif not live.connected:
            what, _, todo = live.sentence.partition(". ")
            self._on_failure(EdgeError(f"{what}.", todo=todo, code=live.code))

    def _set_state(self, state: LinkState, problem: WatchpostError | None) -> None:
        if state is not self.state:
            self.since_ns = self._clock.utc_ns()
            _log.info(
                "edge link",
                edge=self.key,
                state=state.value,
                problem=str(problem or ""),
            )
        self.state, self.problem = state, problem
        self.state_changed.emit()

    def _on_cameras(self, cameras: tuple[Camera, ...]) -> None:
        self.cameras = cameras
        for camera in cameras:
            self._hear(camera.status)
        self.cameras_changed.emit()

    def _on_alarms(self, alarms: tuple[AlarmRecord, ...]) -> None:
        self.alarms = alarms
        self.alarms_changed.emit()

    @Slot(object)
    def _on_status(self, status: CameraStatus) -> None:
        self._hear(status)
        self._take_status(status)

    def _hear(self, status: CameraStatus) -> None:
        now_ns = self._clock.utc_ns()
        self._heard_ns[status.camera_id] = now_ns
        if status.zones is not None or status.shelves is not None:
            self._looked[status.camera_id] = status, now_ns

    def _take_status(self, status: CameraStatus) -> None:
        self.cameras = tuple(
            c.model_copy(update={"status": status}) if c.id == status.camera_id else c
            for c in self.cameras
        )
        self.camera_status.emit(status)

    @Slot(object)
    def _on_counted(self, counted: Counted) -> None:
        camera = self.camera(counted.camera_id)
        if camera is None:
            return
        others = [t for t in camera.status.totals if t.line_id != counted.line_id]
        now = LineTotals(
            line_id=counted.line_id,
            count_in=counted.count_in,
            count_out=counted.count_out,
        )
        self._take_status(camera.status.model_copy(update={"totals": (*others, now)}))

    @Slot(object)
    def _on_judged(self, judged: Judged) -> None:
        camera = self.camera(judged.camera_id)
        if camera is None:
            return
        inspected = judged.passed + judged.failed
        now = {
            "passed": judged.passed,
            "failed": judged.failed,
            "not_inspected": judged.not_inspected,
            "reject_rate": judged.failed / inspected if inspected else None,
        }
        stations = tuple(
            s.model_copy(update=now) if s.station_id == judged.station_id else s
            for s in camera.status.stations
        )
        self._take_status(camera.status.model_copy(update={"stations": stations}))

    @Slot(object)
    def take_alarm(self, alarm: AlarmRecord) -> None:
        """Take over what the edge says of one alarm."""
        others = [a for a in self.alarms if a.id != alarm.id]
        gone = alarm.cleared_ns is not None and (
            alarm.acknowledged_ns is not None or alarm.priority == 3
        )
        kept = others if gone else [*others, alarm]
        self._on_alarms(tuple(sorted(kept, key=lambda a: (a.priority, -a.raised_ns))))

    @Slot(object)
    def _on_health(self, sample: HealthSample) -> None:
        self.health = sample
        self.health_changed.emit()

    @Slot(int)
    def _on_missed(self, _messages: int) -> None:
        self.reload_cameras()
        self.reload_alarms()


class Edges(QObject):
    """All edges of this console; one wall and one alarm strip show them together.

    Signals:
        links_changed: A link was added or removed.
        state_changed: A link's state or info changed.
        cameras_changed: A list of cameras changed, or links did.
        camera_status: ``(EdgeLink, CameraStatus)``.
        alarms_changed: Alarms changed, or links did.
    """

    links_changed = Signal()
    state_changed = Signal()
    cameras_changed = Signal()
    camera_status = Signal(object, object)
    alarms_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._links: list[EdgeLink] = []

    @property
    def links(self) -> tuple[EdgeLink, ...]:
        """All links, this computer's first."""
        return tuple(self._links)

    @property
    def demo(self) -> bool:
        """Whether anything shown comes from a demo site."""
        return any(link.demo for link in self._links)

    def link(self, key: str) -> EdgeLink | None:
        """Return the link of this name."""
        return next((link for link in self._links if link.key == key), None)

    def cameras(self) -> Iterator[tuple[EdgeLink, Camera]]:
        """Yield every camera of every edge, by edge and number."""
        for link in self._links:
            for camera in link.cameras:
                yield link, camera

    def alarms(self) -> list[tuple[EdgeLink, AlarmRecord]]:
        """Return every alarm of every edge, most urgent first, newest first within."""
        found = [(link, a) for link in self._links for a in link.alarms]
        return sorted(found, key=lambda item: (item[1].priority, -item[1].raised_ns))

    def add(self, link: EdgeLink, *, first: bool = False) -> None:
        """Take a link in, before all others if it is this computer's; not started yet."""
        link.setParent(self)
        self._links.insert(0 if first else len(self._links), link)
        link.state_changed.connect(self.state_changed)
        link.cameras_changed.connect(self.cameras_changed)
        link.alarms_changed.connect(self.alarms_changed)
        link.camera_status.connect(lambda s, of=link: self.camera_status.emit(of, s))
        self.links_changed.emit()
        self.cameras_changed.emit()

    def remove(self, key: str) -> None:
        """Disconnect an edge and forget it."""
        link = self.link(key)
        if link is None:
            return
        self._links.remove(link)
        link.close()
        link.deleteLater()
        self.links_changed.emit()
        self.cameras_changed.emit()
        self.alarms_changed.emit()

    def close(self) -> None:
        """Disconnect all."""
        for link in self._links:
            link.close()
