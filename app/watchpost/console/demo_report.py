"""What a run of the demo site has shown: live counts, a picture of the wall, figures."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.files import replace_file
from watchpost.base.paths import DataFolder
from watchpost.protocol.cameras import Camera, LineTotals
from watchpost.protocol.live import Result

if TYPE_CHECKING:
    from watchpost.console.app import Console

_TELL_MS, _AWAKE_MS = 5000, 200


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """What is wanted of a report.

    Attributes:
        started_ns: When the program began, monotonic.
        seconds: Ends the program after this time; None for never.
        picture: Where a picture of the window goes at the end, or None.
        json: Where figures go at the end, or None.
        talks: Print live counts, since there is no window to look at.
    """

    started_ns: int
    seconds: float | None = None
    picture: Path | None = None
    json: Path | None = None
    talks: bool = False


class DemoReport(QObject):
    """Watches a console and tells what it saw. GUI thread."""

    def __init__(self, plan: ReportPlan, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__()
        self._plan, self._clock = plan, clock
        self._console: Console | None = None
        self._tell_timer = QTimer(self, interval=_TELL_MS)
        self._tell_timer.timeout.connect(self._tell)
        self._awake_timer = QTimer(self, interval=_AWAKE_MS)
        self._awake_timer.timeout.connect(lambda: None)
        self._listening: set[str] = set()
        self._results = 0
        self.first_detection_s: float | None = None
        self.exit_code = 0

    def accompany(self, console: Console) -> None:
        """Begin to watch a console that has just been started."""
        self._console = console
        console.edges.links_changed.connect(self._listen)
        self._listen()
        if self._plan.talks:
            console.window.setWindowState(Qt.WindowState.WindowNoState)
            console.window.resize(1600, 900)
            self._end_on_interrupt()
            self._tell_timer.start()
        if self._plan.seconds is not None:
            QTimer.singleShot(round(self._plan.seconds * 1000), self, self.end)

    def _end_on_interrupt(self) -> None:
        """Let Ctrl+C end the event loop in order."""
        signal.signal(signal.SIGINT, lambda _number, _frame: self.end())
        # Python hears signals only while it runs: wake it up now and then.
        self._awake_timer.start()

    @Slot()
    def _listen(self) -> None:
        assert self._console is not None
        for link in self._console.edges.links:
            if link.key not in self._listening:
                self._listening.add(link.key)
                link.live.result.connect(self._on_result)

    @Slot(object)
    def _on_result(self, result: Result) -> None:
        self._results += 1
        if self.first_detection_s is None and result.boxes:
            self.first_detection_s = self._ran_s()
            if self._plan.talks:
                print(
                    f"First live detections {self.first_detection_s:.1f} s after the "
                    "start.",
                    flush=True,
                )

    @Slot()
    def end(self) -> None:
        """Write what is wanted and end the program."""
        assert self._console is not None
        window = self._console.window
        if self._plan.picture is not None:
            self._plan.picture.parent.mkdir(parents=True, exist_ok=True)
            if not window.grab().save(str(self._plan.picture)):
                print(f"The picture {self._plan.picture} could not be written.")
                self.exit_code = 1
        if self._plan.json is not None:
            content = json.dumps(self.figures(), indent=1).encode()
            replace_file(self._plan.json, content)
        if self.first_detection_s is None:
            self.exit_code = 1
        if self._plan.talks:
            self._say_the_end()
        self._console.quit()

    def figures(self) -> dict[str, Any]:
        """Return what was seen, as JSON values."""
        return {
            "seconds": round(self._ran_s(), 1),
            "first_detection_s": self.first_detection_s,
            "results": self._results,
            "picture": str(self._plan.picture) if self._plan.picture else None,
            "cameras": [_camera_figures(camera) for camera in self._cameras()],
        }

    def _say_the_end(self) -> None:
        self._tell()
        if self._plan.picture is not None and self._plan.picture.exists():
            print(f"A picture of the wall: {self._plan.picture}")
        if self.first_detection_s is None:
            print(
                f"Nothing was detected in {self._ran_s():.0f} s. Look at the models in "
                f"the settings, and into the log in {self._log_folder()}.",
                file=sys.stderr,
            )

    def _log_folder(self) -> Path:
        assert self._console is not None
        return DataFolder(self._console.options.data).logs

    @Slot()
    def _tell(self) -> None:
        print(f"{self._ran_s():5.0f} s", flush=True)
        for camera in self._cameras():
            print(f"  {_camera_words(camera)}", flush=True)

    def _cameras(self) -> list[Camera]:
        assert self._console is not None
        return [camera for _, camera in self._console.edges.cameras()]

    def _ran_s(self) -> float:
        return (self._clock.monotonic_ns() - self._plan.started_ns) / NS_PER_S


def _camera_words(camera: Camera) -> str:
    status = camera.status
    head = f"{camera.number:02d} {camera.name:<20}"
    if status.sentence and status.fps is None:
        return f"{head} {status.state.value}: {status.sentence}"
    lines = "; ".join(_line_words(line.name, line.id, camera) for line in camera.lines)
    latency = "-" if status.latency_ms is None else f"{status.latency_ms:.0f} ms"
    pace = "-" if status.fps is None else f"{status.fps:.1f} fps"
    return f"{head} {pace:>8} {latency:>6}  {lines}"


def _line_words(name: str, line_id: str, camera: Camera) -> str:
    counted = _of(camera.status.truth_counted, line_id)
    true = _of(camera.status.truth, line_id)
    if counted is None or true is None:
        today = _of(camera.status.totals, line_id)
        return f"{name}: {_in_out(today)} today"
    return f"{name}: {_in_out(counted)} (true {_in_out(true)})"


def _in_out(totals: LineTotals | None) -> str:
    return "-" if totals is None else f"in {totals.count_in} out {totals.count_out}"


def _of(totals: tuple[LineTotals, ...] | None, line_id: str) -> LineTotals | None:
    return next((t for t in totals or () if t.line_id == line_id), None)


def _camera_figures(camera: Camera) -> dict[str, Any]:
    status = camera.status

    def both(
        totals: tuple[LineTotals, ...] | None, line_id: str
    ) -> dict[str, int] | None:
        found = _of(totals, line_id)
        return None if found is None else {"in": found.count_in, "out": found.count_out}

    return {
        "name": camera.name,
        "state": status.state.value,
        "fps": status.fps,
        "latency_ms": status.latency_ms,
        "lines": [
            {
                "name": line.name,
                "counted": both(status.truth_counted, line.id),
                "true": both(status.truth, line.id),
                "today": both(status.totals, line.id),
            }
            for line in camera.lines
        ],
    }
