"""What the cameras page shows and does, without widgets."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from watchpost.base.clock import Clock
from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.moments import age_text
from watchpost.console.rule_values import (
    RuleValue,
    facing_states,
    is_silent,
    rule_value,
)
from watchpost.console.screens.cameras.drawing import (
    Drawing,
    DrawingHistory,
    rules_spec,
)
from watchpost.console.widgets.rule_shapes import (
    Points,
    RuleKind,
    RuleSpec,
    with_points,
)
from watchpost.domain.cameras import CameraState, SourceKind
from watchpost.domain.facings import FacingState
from watchpost.protocol.cameras import (
    Camera,
    CameraSpec,
    LineSpec,
    ProbeResult,
    SourceSpec,
    UsbDevice,
)

_PICTURE_MS = 2000


class Mode(Enum):
    """What the right side is for."""

    LOOK = "look"
    ADD = "add"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class CameraRow:
    """One entry of the list."""

    id: str
    title: str
    detail: str
    token: str = "lo"  # noqa: S105 - a colour


@dataclass(frozen=True, slots=True)
class CamerasState:
    """The whole page.

    Attributes:
        rows: The list.
        camera: The selected one, or None.
        mode: What the right side is for.
        drawing: Rules as drawn.
        facings: What is known of the places of each shelf, by its identifier.
        values: What each saved rule measures, by its identifier.
        changed: Rules differ from what the edge has.
        can_undo, can_redo: Steps of the drawing.
        busy: A call is under way: says what, else empty.
        problem: What is wrong and what to do, else empty.
        probe: Outcome of the last test of a source, or None.
        facts: About the selected camera, one line.
        usb: Devices on the edge's computer.
    """

    rows: tuple[CameraRow, ...] = ()
    camera: Camera | None = None
    mode: Mode = Mode.LOOK
    drawing: Drawing = field(default_factory=Drawing)
    facings: Mapping[str, tuple[FacingState, ...]] = field(default_factory=dict)
    values: Mapping[str, RuleValue] = field(default_factory=dict)
    changed: bool = False
    can_undo: bool = False
    can_redo: bool = False
    busy: str = ""
    problem: str = ""
    probe: ProbeResult | None = None
    facts: str = ""
    usb: tuple[UsbDevice, ...] = ()

    @property
    def value(self) -> str:
        """What the selected rule measures, in words; empty: nothing yet."""
        rule = self.drawing.chosen
        found = self.values.get(rule.id) if rule is not None else None
        if found is None or not found.words:
            return ""
        if found.is_old:
            return found.words[:1].upper() + found.words[1:]
        if isinstance(rule, LineSpec):
            return _tr("Today: {value}").format(value=found.words)
        return _tr("Now: {value}").format(value=found.words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Cameras", text)


class CamerasPresenter(QObject):
    """Selects, adds, edits and removes cameras, and keeps their rules while drawn.

    Signals:
        changed: :attr:`state` has a new value.
        picture: JPEG bytes of the selected camera, or of a tested source.
        removed: Name of a camera that was removed.
    """

    changed = Signal()
    picture = Signal(bytes)
    removed = Signal(str)

    def __init__(
        self, link: EdgeLink, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link, self._clock = link, clock
        self.state = CamerasState()
        self._selected = ""
        self._mode = Mode.LOOK
        self._history = DrawingHistory()
        self._version = 0
        self._busy = self._problem = ""
        self._probe: ProbeResult | None = None
        self._usb: tuple[UsbDevice, ...] = ()
        self._asking = False
        self._timer = QTimer(self)
        self._timer.setInterval(_PICTURE_MS)
        self._timer.timeout.connect(self._ask_picture)
        # Ages grow while nothing is told.
        self._timer.timeout.connect(self._refresh)
        link.cameras_changed.connect(self._on_cameras)
        link.camera_status.connect(self._refresh)
        link.state_changed.connect(self._refresh)
        self._on_cameras()

    def activate(self) -> None:
        """The page became visible."""
        self._ask_picture()
        self._timer.start()

    def deactivate(self) -> None:
        """The page is hidden."""
        self._timer.stop()

    # Choosing

    def select(self, camera_id: str) -> None:
        """Show a camera; rules that were drawn and not saved are kept until then."""
        camera = self._link.camera(camera_id)
        if camera is None or (camera_id == self._selected and self._mode is Mode.LOOK):
            return
        if self._history.changed and camera_id != self._selected:
            self._problem = _tr(
                "The rules of this camera are not saved. Save or discard them first."
            )
            self._refresh()
            return
        self._selected, self._mode = camera_id, Mode.LOOK
        self._begin(camera)
        self._ask_picture()

    def begin_add(self) -> None:
        """Ask for a new camera's source."""
        self._mode, self._probe, self._problem = Mode.ADD, None, ""
        self._link.tasks.run(self._link.port.usb_devices, self._on_usb, self._ignore)
        self._refresh()

    def begin_edit(self) -> None:
        """Ask for another source of the selected camera."""
        if self.state.camera is not None:
            self._mode, self._probe, self._problem = Mode.EDIT, None, ""
            self._link.tasks.run(
                self._link.port.usb_devices, self._on_usb, self._ignore
            )
            self._refresh()

    def cancel(self) -> None:
        """Back to looking, nothing changed."""
        self._mode, self._probe, self._problem = Mode.LOOK, None, ""
        self._refresh()
        self._ask_picture()

    # Sources

    def test(self, source: SourceSpec) -> None:
        """Try a source; the outcome stands in the state."""
        self._busy, self._problem, self._probe = _tr("Trying the source…"), "", None
        self._refresh()
        self._link.tasks.run(
            partial(self._link.port.probe, source), self._on_probe, self._on_failure
        )

    def add(self, name: str, source: SourceSpec) -> None:
        """Add a camera; it is selected when the edge has it."""
        if not name.strip():
            self._refuse(_tr("The camera needs a name. Type one."))
            return
        self._busy, self._problem = _tr("Adding the camera…"), ""
        self._refresh()
        spec = CameraSpec(name=name.strip(), source=source)
        call = partial(self._link.port.add_camera, spec)
        self._link.tasks.run(call, self._on_added, self._on_failure)

    def save(self, name: str, number: int, *, enabled: bool, record: bool) -> None:
        """Change the selected camera's name, number and switches."""
        camera = self.state.camera
        if camera is None:
            return
        if not name.strip():
            self._refuse(_tr("The camera needs a name. Type one."))
            return
        self._send(
            camera, name=name.strip(), number=number, enabled=enabled, record=record
        )

    def save_source(self, source: SourceSpec) -> None:
        """Let the selected camera's packets come from elsewhere."""
        camera = self.state.camera
        if camera is not None:
            self._send(camera, source=source)

    def remove(self) -> None:
        """Remove the selected camera; its counts and recordings stay."""
        camera = self.state.camera
        if camera is not None:
            call = partial(self._link.port.remove_camera, camera.id)
            done = partial(self._on_removed, camera.name)
            self._link.tasks.run(call, done, self._on_failure)

    def restart(self) -> None:
        """Connect the selected camera anew."""
        camera = self.state.camera
        if camera is not None:
            call = partial(self._link.port.restart_camera, camera.id)
            self._link.tasks.run(call, None, self._on_failure)

    # Rules

    def draw(self, kind: RuleKind, points: Points) -> bool:
        """Add a rule, or a place to the selected shelf; False when it is refused."""
        self._problem = self._history.draw(kind, points)
        self._refresh()
        return not self._problem

    def forget_problem(self) -> None:
        """What was refused is being mended, or given up."""
        if self._problem:
            self._problem = ""
            self._refresh()

    def change_rule(self, index: int, rule: RuleSpec) -> None:
        """Replace a rule by a changed one."""
        self._problem = self._history.change(index, rule)
        self._refresh()

    def reshape(self, index: int, points: Points) -> None:
        """Give a rule other points."""
        self.change_rule(index, with_points(self._history.now.rules[index], points))

    def grab_point(self) -> None:
        """A point is dragged from now on: one step, however often it moves."""
        self._history.grab()

    def release_point(self) -> None:
        """The drag is over."""
        self._history.release()

    def put_point_back(self) -> None:
        """Give the dragged point its old place."""
        self._history.put_back()
        self._problem = ""
        self._refresh()

    def select_rule(self, index: int) -> None:
        """Select a rule."""
        self._history.select(index)
        self._refresh()

    def turn_line(self) -> None:
        """Turn the selected line's arrow."""
        self._history.turn(self._history.now.selected)
        self._refresh()

    def delete_rule(self) -> None:
        """Delete the selected rule."""
        self._history.remove(self._history.now.selected)
        self._refresh()

    def undo(self) -> None:
        """Undo a step of the drawing."""
        self._history.undo()
        self._refresh()

    def redo(self) -> None:
        """Redo a step of the drawing."""
        self._history.redo()
        self._refresh()

    def discard_rules(self) -> None:
        """Take the rules as the edge has them."""
        camera = self._link.camera(self._selected)
        if camera is not None:
            self._begin(camera)

    def save_rules(self) -> None:
        """Count by the rules as drawn from now on."""
        camera = self.state.camera
        if camera is None:
            return
        rules = rules_spec(self._version, self._history.now.rules)
        self._busy, self._problem = _tr("Saving the rules…"), ""
        self._refresh()
        call = partial(self._link.port.save_rules, camera.id, rules)
        self._link.tasks.run(call, self._on_rules, self._on_failure)

    # Answers

    def _send(self, camera: Camera, **changes: object) -> None:
        values = {
            "name": camera.name,
            "number": camera.number,
            "source": camera.source,
            "enabled": camera.enabled,
            "record": camera.record,
            "lines": camera.lines,
            **changes,
        }
        self._busy, self._problem = _tr("Saving…"), ""
        self._refresh()
        spec = CameraSpec.model_validate(values)
        call = partial(self._link.port.save_camera, camera.id, spec)
        self._link.tasks.run(call, self._on_saved, self._on_failure)

    def _on_added(self, camera: Camera) -> None:
        self._busy = ""
        self._mode, self._probe = Mode.LOOK, None
        self._selected = camera.id
        self._begin(camera)
        self._link.reload_cameras()

    def _on_saved(self, camera: Camera) -> None:
        self._busy, self._mode = "", Mode.LOOK
        self._version = camera.rules_version
        self._refresh()
        self._link.reload_cameras()

    def _on_rules(self, camera: Camera) -> None:
        self._busy = ""
        self._begin(camera)
        self._link.reload_cameras()

    def _on_removed(self, name: str, _answer: object) -> None:
        self._selected = ""
        self._history.begin(())
        self.removed.emit(name)
        self._link.reload_cameras()

    def _on_probe(self, result: ProbeResult) -> None:
        self._busy, self._probe = "", result
        if result.snapshot_jpeg_base64:
            self.picture.emit(base64.b64decode(result.snapshot_jpeg_base64))
        self._refresh()

    def _on_usb(self, devices: tuple[UsbDevice, ...]) -> None:
        self._usb = devices
        self._refresh()

    def _on_failure(self, error: WatchpostError) -> None:
        self._busy = ""
        self._refuse(str(error))

    def _refuse(self, problem: str) -> None:
        self._problem = problem
        self._refresh()

    def _ignore(self, _error: WatchpostError) -> None:
        """The list of devices is a convenience; an address can be typed."""

    def _begin(self, camera: Camera) -> None:
        self._history.begin(
            (*camera.lines, *camera.zones, *camera.shelves, *camera.stations)
        )
        self._version = camera.rules_version
        self._problem = ""
        self._refresh()

    # Pictures

    @Slot()
    def _ask_picture(self) -> None:
        camera = self._link.camera(self._selected)
        if (
            self._asking
            or self._mode is not Mode.LOOK
            or camera is None
            or camera.status.state is not CameraState.LIVE
        ):
            return
        self._asking = True
        call = partial(self._link.port.snapshot, camera.id)
        self._link.tasks.run(
            call, partial(self._on_picture, camera.id), self._on_no_picture
        )

    def _on_picture(self, camera_id: str, jpeg: bytes) -> None:
        self._asking = False
        if camera_id == self._selected and self._mode is Mode.LOOK:
            self.picture.emit(jpeg)

    def _on_no_picture(self, _error: WatchpostError) -> None:
        # The camera's own state says what is wrong.
        self._asking = False

    # State

    @Slot()
    def _on_cameras(self) -> None:
        cameras = self._link.cameras
        if self._link.camera(self._selected) is None:
            self._selected = cameras[0].id if cameras else ""
            if cameras:
                self._begin(cameras[0])
                return
        elif not self._history.changed:
            camera = self._link.camera(self._selected)
            assert camera is not None
            if camera.rules_version != self._version:
                self._begin(camera)
                return
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        camera = self._link.camera(self._selected)
        history = self._history
        told = None
        if camera is not None and not is_silent(self._link):
            told = camera.status
        self.state = CamerasState(
            rows=tuple(self._row(c) for c in self._link.cameras),
            camera=camera,
            mode=self._mode,
            drawing=history.now,
            facings={s.id: facing_states(told, s) for s in camera.shelves}
            if camera is not None
            else {},
            values=self._values(camera),
            changed=history.changed,
            can_undo=history.can_undo,
            can_redo=history.can_redo,
            busy=self._busy,
            problem=self._problem,
            probe=self._probe,
            facts=self._facts(camera),
            usb=self._usb,
        )
        self.changed.emit()

    def _values(self, camera: Camera | None) -> Mapping[str, RuleValue]:
        """Return what saved rules measure; one not saved has measured nothing."""
        if camera is None:
            return {}
        now_ns = self._clock.utc_ns()
        return {
            rule.id: rule_value(self._link, camera, rule, now_ns)
            for rule in self._history.now.rules
            if rule.id
        }

    def _row(self, camera: Camera) -> CameraRow:
        status = camera.status
        title = f"{camera.number:02d}  {camera.name}"
        kind = kind_text(camera.source.kind)
        if status.state is CameraState.LIVE:
            return CameraRow(camera.id, title, _tr("Live, {kind}").format(kind=kind))
        if status.state is CameraState.DISABLED:
            return CameraRow(camera.id, title, _tr("Off, {kind}").format(kind=kind))
        words = status.sentence.partition(". ")[0]
        if status.state is CameraState.CONNECTING and not words:
            return CameraRow(
                camera.id, title, _tr("Connecting, {kind}").format(kind=kind)
            )
        return CameraRow(camera.id, title, words or _tr("No video"), "nodata")

    def _facts(self, camera: Camera | None) -> str:
        if camera is None:
            return ""
        status = camera.status
        if status.state is not CameraState.LIVE:
            age = ""
            if status.last_frame_ns is not None:
                text = _tr("Last frame {age} ago. ")
                age = text.format(
                    age=age_text(status.last_frame_ns, self._clock.utc_ns())
                )
            return age + (status.sentence or _tr("Connecting…"))
        parts = [f"{status.width} × {status.height}", status.codec.upper()]
        if status.fps is not None:
            parts.append(_tr("{fps} frames/s").format(fps=f"{status.fps:.1f}"))
        if status.latency_p95_ms is not None:
            parts.append(
                _tr("latency p95 {ms} ms").format(ms=f"{status.latency_p95_ms:.0f}")
            )
        parts.append(_tr("recording") if status.recording else _tr("not recording"))
        return "  ·  ".join(p for p in parts if p)


def kind_text(kind: SourceKind) -> str:
    """Return what people call a kind of source."""
    return {
        SourceKind.RTSP: _tr("network camera"),
        SourceKind.USB: _tr("USB camera"),
        SourceKind.FILE: _tr("video file"),
        SourceKind.IMAGES: _tr("folder of pictures"),
        SourceKind.SIMULATED: _tr("simulated"),
    }[kind]
