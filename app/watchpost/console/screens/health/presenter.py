"""What the health page shows, without widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from watchpost.base.clock import NS_PER_S, Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.edges import EdgeLink, LinkState
from watchpost.console.itemmodels.camera_health import CameraHealthRow, Column
from watchpost.console.moments import age_text, clock_text
from watchpost.console.widgets.metric_plot import CurveState, PlotState
from watchpost.domain.cameras import CameraState
from watchpost.protocol.cameras import Camera
from watchpost.protocol.health import HealthSample, Reading, Series

_REFRESH_MS = 2000
_STALE_NS = 5 * NS_PER_S
_POINTS = 400
_AXIS_STEPS = 300


class Span(IntEnum):
    """How far back the plots look; the value is seconds."""

    QUARTER = 900
    HOUR = 3600
    DAY = 86_400
    MONTH = 2_592_000


_FRAMES_BORNE = 0.05
"""Share of the nominal rate that may be missing before it matters."""


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    of_camera: bool
    unit: str
    digits: int


_METRICS = (
    _Metric("latency_ms", True, "ms", 0),
    _Metric("fps", True, "fps", 1),
    _Metric("cpu_percent", False, "%", 0),
    _Metric("temperature_c", False, "°C", 0),
    _Metric("memory_percent", False, "%", 0),
    _Metric("disk_percent", False, "%", 0),
    _Metric("network_mbit_s", False, "Mbit/s", 1),
)


@dataclass(frozen=True, slots=True)
class HealthState:
    """The whole page.

    Attributes:
        rows: The table.
        cameras: (id, name) to choose from.
        camera_id: The chosen one, or empty.
        span: How far back.
        paused: Nothing moves until asked.
        updated: Such as "Updated 1 s ago".
        stale: The edge is away: everything is old and greyed.
        plots: By name of the plot.
        problem: A sentence when something could not be read.
        workers: About the inference workers, one sentence.
    """

    rows: tuple[CameraHealthRow, ...] = ()
    cameras: tuple[tuple[str, str], ...] = ()
    camera_id: str = ""
    span: Span = Span.HOUR
    paused: bool = False
    updated: str = ""
    stale: bool = False
    plots: dict[str, PlotState] = field(default_factory=dict)
    problem: str = ""
    workers: str = ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Health", text)


class HealthPresenter(QObject):
    """Reads histories while the page is visible and follows live figures.

    Signals:
        changed: :attr:`state` has a new value.
    """

    changed = Signal()

    def __init__(
        self, link: EdgeLink, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link, self._clock = link, clock
        self.state = HealthState()
        self._series: dict[str, Series] = {}
        self._camera_id = ""
        self._span = Span.HOUR
        self._paused = False
        self._problem = ""
        self._waiting = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.reload)
        link.cameras_changed.connect(self._on_cameras)
        link.camera_status.connect(self._refresh)
        link.health_changed.connect(self._refresh)
        link.state_changed.connect(self._refresh)
        self._on_cameras()

    def activate(self) -> None:
        """The page became visible: read and go on reading."""
        self.reload()
        self._timer.start()

    def deactivate(self) -> None:
        """The page is hidden: charts that nobody sees cost nothing."""
        self._timer.stop()

    def choose_camera(self, camera_id: str) -> None:
        """Show this camera's latency and frames."""
        if camera_id and camera_id != self._camera_id:
            self._camera_id = camera_id
            for metric in _METRICS:
                if metric.of_camera:
                    self._series.pop(metric.name, None)
            self.reload()

    def choose_span(self, span: Span) -> None:
        """Look this far back."""
        if span is not self._span:
            self._span = span
            self._series.clear()
            self.reload()

    def pause(self, paused: bool) -> None:
        """Hold the plots still, or go on."""
        self._paused = paused
        if not paused:
            self.reload()
        self._refresh()

    def table_csv(self) -> str:
        """Return what is shown as CSV: time (UTC, ISO 8601), metric, value, unit."""
        from watchpost.base.clock import datetime_from_ns

        lines = ["time,metric,camera,value,unit"]
        for series in self._series.values():
            camera = self._link.camera(series.camera_id) if series.camera_id else None
            name = '"' + camera.name.replace('"', '""') + '"' if camera else ""
            for moment, value in zip(series.times_ns, series.values, strict=True):
                shown = "" if value is None else f"{value:.3f}"
                when = datetime_from_ns(moment).isoformat()
                lines.append(f"{when},{series.metric},{name},{shown},{series.unit}")
        return "\r\n".join(lines) + "\r\n"

    @Slot()
    def reload(self) -> None:
        """Read the histories again."""
        if self._paused or self._waiting:
            return
        if self._link.state is not LinkState.CONNECTED:
            self._refresh()
            return
        now = self._clock.utc_ns()
        begin = now - int(self._span) * NS_PER_S
        wanted = [m for m in _METRICS if not m.of_camera or self._camera_id]
        # Counted before the first call, which may answer at once.
        self._waiting = len(wanted)
        self._problem = ""
        for metric in wanted:
            call = partial(
                self._link.port.health_history,
                metric.name,
                from_ns=begin,
                to_ns=now,
                camera_id=self._camera_id if metric.of_camera else None,
                points=_POINTS,
            )
            self._link.tasks.run(call, self._on_series, self._on_failure)

    def _on_series(self, series: Series) -> None:
        self._waiting = max(0, self._waiting - 1)
        if series.camera_id is None or series.camera_id == self._camera_id:
            self._series[series.metric] = series
        if not self._waiting:
            self._refresh()

    def _on_failure(self, error: WatchpostError) -> None:
        self._waiting = max(0, self._waiting - 1)
        self._problem = str(error)
        if not self._waiting:
            self._refresh()

    @Slot()
    def _on_cameras(self) -> None:
        ids = [c.id for c in self._link.cameras]
        if self._camera_id not in ids:
            self._camera_id = ids[0] if ids else ""
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        now = self._clock.utc_ns()
        sample = self._link.health
        away = self._link.state is not LinkState.CONNECTED
        stale = away or (sample is not None and now - sample.at_ns > _STALE_NS)
        updated = _tr("No figures yet")
        if sample is not None:
            age = max(0, (now - sample.at_ns) // NS_PER_S)
            updated = _tr("Updated {age} s ago").format(age=age)
            if stale:
                updated = _tr("Last figures {age} ago").format(
                    age=age_text(sample.at_ns, now)
                )
        self.state = HealthState(
            rows=tuple(_camera_row(c, now, away) for c in self._link.cameras),
            cameras=tuple((c.id, _camera_name(c)) for c in self._link.cameras),
            camera_id=self._camera_id,
            span=self._span,
            paused=self._paused,
            updated=updated,
            stale=stale,
            plots=self._plots(now, sample, stale),
            problem=self._problem,
            workers=_workers(sample),
        )
        self.changed.emit()

    # Plots

    def _plots(
        self, now: int, sample: HealthSample | None, stale: bool
    ) -> dict[str, PlotState]:
        camera = self._link.camera(self._camera_id)
        return {
            "latency": self._latency(camera, now, stale),
            "frames": self._frames(camera, now, stale),
            "cpu": self._single(
                "cpu_percent",
                _tr("CPU load"),
                sample.cpu_percent if sample is not None else None,
                now,
                stale,
            ),
            "temperature": self._single(
                "temperature_c",
                _tr("CPU temperature"),
                sample.temperature_c if sample is not None else None,
                now,
                stale,
            ),
            "storage": self._storage(sample, now, stale),
            "network": self._single(
                "network_mbit_s",
                _tr("Network"),
                sample.network_mbit_s if sample is not None else None,
                now,
                stale,
            ),
        }

    def _curve(self, metric: str, name: str = "", colour: str = "text") -> CurveState:
        series = self._series.get(metric)
        if series is None:
            return CurveState(name, (), (), colour)
        return CurveState(name, series.times_ns, series.values, colour)

    def _axis(self, now: int) -> tuple[int, int]:
        # A plot is redrawn when it moved by about a pixel, not each second.
        span = int(self._span) * NS_PER_S
        step = span // _AXIS_STEPS
        end = -(-now // step) * step
        return end - span, end

    def _latency(self, camera: Camera | None, now: int, stale: bool) -> PlotState:
        title = _tr("Latency per frame")
        begin, end = self._axis(now)
        if camera is None:
            return _nothing(title, _tr("No camera yet."), begin, end)
        status = camera.status
        budget = 1000 / status.nominal_fps if status.nominal_fps else None
        value = status.latency_p95_ms
        over = budget is not None and value is not None and value > budget
        comparison = ""
        if budget is not None:
            words = (
                _tr("p95, over budget {budget}") if over else _tr("p95 of {budget} ms")
            )
            comparison = words.format(budget=f"{budget:.0f}")
        limit_text = ""
        if budget is not None and status.nominal_fps:
            limit_text = _tr("Frame budget {budget} ms at {fps} fps").format(
                budget=f"{budget:.0f}", fps=f"{status.nominal_fps:g}"
            )
        return PlotState(
            title=title,
            value=_number(value, 0),
            unit="ms",
            comparison=comparison,
            priority=None if stale or value is None else 2 if over else 0,
            curves=(self._curve("latency_ms"),),
            limit=budget,
            limit_text=limit_text,
            from_ns=begin,
            to_ns=end,
            empty_text=_tr("Nothing analysed in this time."),
        )

    def _frames(self, camera: Camera | None, now: int, stale: bool) -> PlotState:
        title = _tr("Frames received")
        begin, end = self._axis(now)
        if camera is None:
            return _nothing(title, _tr("No camera yet."), begin, end)
        status = camera.status
        nominal = status.nominal_fps
        low = (
            nominal is not None
            and status.fps is not None
            and status.fps < (1 - _FRAMES_BORNE) * nominal
        )
        return PlotState(
            title=title,
            value=_number(status.fps, 1),
            unit="fps",
            comparison=_tr("of {fps} fps").format(fps=f"{nominal:g}")
            if nominal
            else "",
            priority=None if stale or status.fps is None else 2 if low else 0,
            curves=(self._curve("fps"),),
            limit=nominal,
            limit_text=_tr("Nominal {fps} fps").format(fps=f"{nominal:g}")
            if nominal
            else "",
            over_is_bad=False,
            slack=_FRAMES_BORNE,
            from_ns=begin,
            to_ns=end,
            empty_text=_tr("No frames in this time."),
        )

    def _single(
        self, name: str, title: str, reading: Reading | None, now: int, stale: bool
    ) -> PlotState:
        metric = next(m for m in _METRICS if m.name == name)
        series = self._series.get(name)
        limit = series.limit if series is not None else None
        begin, end = self._axis(now)
        value = reading.value if reading is not None else None
        note = reading.note if reading is not None else ""
        over = limit is not None and value is not None and value > limit
        return PlotState(
            title=title,
            value=_number(value, metric.digits),
            unit=metric.unit,
            priority=None if stale or value is None else 2 if over else 0,
            curves=(self._curve(name),),
            limit=limit,
            limit_text=series.limit_sentence if series is not None else "",
            from_ns=begin,
            to_ns=end,
            empty_text=note or _tr("Not measured in this time."),
        )

    def _storage(self, sample: HealthSample | None, now: int, stale: bool) -> PlotState:
        begin, end = self._axis(now)
        series = self._series.get("disk_percent")
        limit = series.limit if series is not None else None
        disk = sample.disk_percent.value if sample is not None else None
        over = limit is not None and disk is not None and disk > limit
        left = sample.recording_days_left if sample is not None else None
        words = _tr("disk")
        if left is not None:
            words = _tr("disk, full in {days} d").format(days=f"{left:.0f}")
        return PlotState(
            title=_tr("Memory and disk"),
            value=_number(disk, 0),
            unit="%",
            comparison=words,
            priority=None if stale or disk is None else 3 if over else 0,
            curves=(
                self._curve("disk_percent", _tr("Disk"), "text"),
                self._curve("memory_percent", _tr("Memory"), "lo"),
            ),
            limit=limit,
            limit_text=series.limit_sentence if series is not None else "",
            from_ns=begin,
            to_ns=end,
            empty_text=_tr("Not measured in this time."),
        )


def _nothing(title: str, why: str, begin: int, end: int) -> PlotState:
    return PlotState(
        title=title,
        value="-",
        unit="",
        priority=0,
        from_ns=begin,
        to_ns=end,
        empty_text=why,
    )


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _camera_name(camera: Camera) -> str:
    return f"{camera.number:02d} {camera.name}"


def _workers(sample: HealthSample | None) -> str:
    if sample is None:
        return ""
    text = _tr("{alive} inference workers, {replaced} replaced since the start")
    words = text.format(alive=sample.workers_alive, replaced=sample.workers_replaced)
    if sample.provider:
        words += _tr(", on {provider}").format(provider=sample.provider)
    if sample.last_recovery_ms is not None:
        words += _tr(", last recovery {ms} ms").format(
            ms=f"{sample.last_recovery_ms:.0f}"
        )
    if sample.fallback:
        words += _tr(". Fallback: {sentence}").format(sentence=sample.fallback)
    return words


STATE_WORDS = {
    CameraState.DISABLED: "Off",
    CameraState.CONNECTING: "Connecting",
    CameraState.LIVE: "Live",
    CameraState.STALLED: "Stalled",
    CameraState.RETRYING: "Retrying",
    CameraState.REFUSED: "Refused",
    CameraState.FAILED: "Failed",
}


def _camera_row(camera: Camera, now: int, away: bool) -> CameraHealthRow:
    status = camera.status
    live = status.state is CameraState.LIVE and not away
    budget = 1000 / status.nominal_fps if status.nominal_fps else None
    tokens: list[tuple[Column, str]] = []
    p95 = status.latency_p95_ms
    if budget is not None and p95 is not None and p95 > budget and live:
        tokens.append((Column.LATENCY, "p2"))
    lost = status.frames_lost
    if lost is not None and lost > 0.05 and live:
        tokens.append((Column.LOST, "p2"))
    quiet = (CameraState.DISABLED, CameraState.CONNECTING)
    if away or (not live and status.state not in quiet):
        tokens.append((Column.STATE, "nodata"))
    latency = "-" if p95 is None else f"{p95:.0f}"
    frames = _number(status.fps, 1)
    texts = {
        Column.STATE: _tr("Not heard") if away else _tr(STATE_WORDS[status.state]),
        Column.CAMERA: _camera_name(camera),
        Column.LATENCY: f"{latency} / {budget:.0f} ms" if budget else f"{latency} ms",
        Column.FRAMES: f"{frames} / {status.nominal_fps:g}"
        if status.nominal_fps
        else frames,
        Column.LOST: "-" if lost is None else f"{lost:.1%}",
        Column.ANALYSED: _number(status.analysed_fps, 1),
        Column.BITRATE: "-"
        if status.bits_per_s is None
        else f"{status.bits_per_s / 1e6:.1f} Mbit/s",
        Column.RECORDING: _tr("Yes") if status.recording else _tr("No"),
        Column.LAST_FRAME: "-"
        if status.last_frame_ns is None
        else clock_text(status.last_frame_ns)
        if live
        else _tr("{age} ago").format(age=age_text(status.last_frame_ns, now)),
    }
    return CameraHealthRow(
        camera.id, tuple(texts[c] for c in Column), tuple(tokens), stale=not live
    )
