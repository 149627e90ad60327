"""The middle: head, picture, controls, timeline and key hints."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QInputDialog, QVBoxLayout, QWidget

from watchpost.console.bridge.clip_decoder import ShownFrame
from watchpost.console.keys import Keys
from watchpost.console.moments import clock_ms_text
from watchpost.console.screens.review.forms import CaseState
from watchpost.console.screens.review.playback import Playback, PlaybackState
from watchpost.console.screens.review.viewer import ClipState, Phase
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    icon_button,
    label,
    row,
)
from watchpost.console.widgets.player.canvas import FrameCanvas
from watchpost.console.widgets.player.card import MessageCard
from watchpost.console.widgets.player.hints import KeyHints
from watchpost.console.widgets.player.scene import FrameScene, TimelineScene
from watchpost.console.widgets.player.timeline import Timeline

_TRANSPORT = (
    ("player.start", "skip-back"),
    ("player.back_ten", "rewind"),
    ("player.back", "step-back"),
    ("player.pause", "play"),
    ("player.forward", "step-forward"),
    ("player.forward_ten", "fast-forward"),
    ("player.end", "skip-forward"),
)


class PlayerPanel(QFrame):
    """Shows a clip and moves through it.

    Signals:
        queue_wanted: The list of cases, on a narrow window.
        span_wanted: The counts that a claim about an hour is about.
        retry_wanted: Open the clip again.
    """

    queue_wanted = Signal()
    span_wanted = Signal()
    retry_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        keys: Keys,
        playback: Playback,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys = keys
        self._playback = playback
        self._frame: ShownFrame | None = None
        self._scene = FrameScene(0)
        self._clip = ClipState()
        self._span_action = ""
        self._idle = (self.tr("No case is open."), self.tr("Choose one on the left."))
        set_look(self, "panel")
        self.canvas = FrameCanvas(theme)
        self.card = MessageCard(theme, self.canvas)
        self.timeline = Timeline(theme)
        self._build()
        self._connect()

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addWidget(self._build_head())
        whole.addWidget(self.canvas, 1)
        whole.addWidget(self._build_why())
        whole.addWidget(self._build_controls())
        whole.addWidget(self.timeline)
        whole.addSpacing(6)

    def _build_head(self) -> QWidget:
        self.queue_button = button(self._theme, self.tr("Queue"), icon="list")
        self.queue_button.hide()
        self.name = label(look="title")
        self.where = ElidedLabel(look="label")
        self.verified = label(look="chip")
        self.model = label(look="chip")
        layout = row(
            self.queue_button, self.name, self.where, self.verified, self.model, gap=10
        )
        layout.setStretch(2, 1)
        for chip in (self.verified, self.model):
            layout.setAlignment(chip, Qt.AlignmentFlag.AlignVCenter)
        layout.setContentsMargins(12, 0, 12, 0)
        head = QWidget()
        set_look(head, "panel-head")
        head.setFixedHeight(self._theme.px(40))
        head.setLayout(layout)
        return head

    def _build_why(self) -> QWidget:
        self.why = ElidedLabel(look="label")
        layout = row(self.why)
        layout.setContentsMargins(12, 6, 12, 0)
        self.why_box = QWidget()
        self.why_box.setLayout(layout)
        return self.why_box

    def _build_controls(self) -> QWidget:
        self.transport = {
            action: icon_button(
                self._theme, icon, self._keys.tip(action), tip=self._keys.tip(action)
            )
            for action, icon in _TRANSPORT
        }
        self.position = label(look="strong")
        self.clock = label(look="label")
        self.speed = label(look="label")
        self.next_button = button(
            self._theme,
            self.tr("Next crossing"),
            icon="flag",
            tip=self._keys.tip("player.next_crossing"),
        )
        self.overlays_button = icon_button(
            self._theme, "eye", self._keys.tip("player.overlays")
        )
        self.overlays_button.setCheckable(True)
        self.overlays_button.setChecked(True)
        self.zoom_button = icon_button(
            self._theme,
            "zoom-in",
            self.tr("Zoom in (Ctrl and wheel); again from 4 times fits the picture"),
        )
        layout = row(*self.transport.values(), gap=4)
        for part in (8, self.position, self.clock, None, self.speed, self.next_button):
            if part is None:
                layout.addStretch(1)
            elif isinstance(part, int):
                layout.addSpacing(part)
            else:
                layout.addWidget(part)
        layout.addWidget(self.overlays_button)
        layout.addWidget(self.zoom_button)
        layout.setContentsMargins(12, 8, 12, 6)
        controls = QWidget()
        controls.setLayout(layout)
        return controls

    def hints(self) -> KeyHints:
        """Return the line of key hints that stands under the panel."""
        shown = self._keys.shown
        pairs = (
            (
                f"{_arrow(shown('player.back'))} {_arrow(shown('player.forward'))}",
                self.tr("frame"),
            ),
            (_arrow(f"{shown('player.back_ten')}"), self.tr("10 frames")),
            (_arrow(shown("player.next_crossing")), self.tr("crossing")),
            ("J K L", self.tr("shuttle")),
            (shown("correction.reject_box"), self.tr("reject box")),
            (shown("correction.new_box"), self.tr("new box")),
            (shown("correction.approve"), self.tr("approve")),
            (shown("app.keys"), self.tr("all keys")),
        )
        return KeyHints(self._theme, pairs)

    def _connect(self) -> None:
        playback = self._playback
        slots = self._slots()
        for action, slot in slots.items():
            if action in self.transport:
                self.transport[action].clicked.connect(slot)
        self.next_button.clicked.connect(playback.next_crossing)
        self.overlays_button.toggled.connect(self._on_overlays)
        self.zoom_button.clicked.connect(self._on_zoom)
        self.timeline.seek_requested.connect(playback.seek)
        self.queue_button.clicked.connect(self.queue_wanted)
        self.card.asked.connect(self._on_card)
        for heard in (self.canvas, self.timeline):
            self._keys.attach(heard, slots)
        playback.changed.connect(self.show_playback)

    def _slots(self) -> dict[str, Callable[[], object]]:
        playback = self._playback
        return {
            "player.pause": playback.toggle,
            "player.slower": playback.slower,
            "player.faster": playback.faster,
            "player.back": lambda: playback.step(-1),
            "player.forward": lambda: playback.step(1),
            "player.back_ten": lambda: playback.step(-10),
            "player.forward_ten": lambda: playback.step(10),
            "player.previous_crossing": playback.previous_crossing,
            "player.next_crossing": playback.next_crossing,
            "player.start": playback.home,
            "player.end": playback.end,
            "player.go_to": self.ask_go_to,
            "player.mark_in": playback.mark_in,
            "player.mark_out": playback.mark_out,
            "player.fit": self.canvas.fit,
            "player.zoom_in": lambda: self.canvas.zoom_by(1),
            "player.zoom_out": lambda: self.canvas.zoom_by(-1),
            "player.overlays": self.overlays_button.toggle,
        }

    # What is shown

    def show_case(self, state: CaseState) -> None:
        """Show which case it is."""
        self.name.setText(state.name or self.tr("Review"))
        self.where.setText(state.where)
        self.model.setText(state.model)
        self.model.setVisible(bool(state.model))
        self.model.setToolTip(self.tr("The model that counted this"))
        self.why.setText(state.why)
        self.why_box.setVisible(bool(state.why))

    def show_clip(self, state: ClipState) -> None:
        """Show how far the clip is, or why there is none."""
        self._clip = state
        self._show_verified(state)
        ready = state.phase is Phase.READY
        if not ready and state.phase is not Phase.DECODING:
            self._frame = None
            self.canvas.clear()
        self._show_card(state)
        for part in (*self.transport.values(), self.next_button, self.zoom_button):
            part.setEnabled(ready)

    def _show_verified(self, state: ClipState) -> None:
        self.verified.setVisible(state.verified is not None)
        if state.verified is None:
            return
        if state.verified:
            set_look(self.verified, "chip")
            self.verified.setText(self.tr("Clip verified"))
            self.verified.setToolTip(
                self.tr("Its SHA-256 is the one that the edge keeps for it.")
            )
        else:
            set_look(self.verified, "p1-text")
            self.verified.setText(self.tr("Hash does not match"))
            self.verified.setToolTip(self.tr("Do not use this clip as evidence."))

    def _show_card(self, state: ClipState) -> None:
        show = self.card.show_message
        size = self.tr("{n} MB").format(n=f"{state.megabytes:.1f}")
        match state.phase:
            case Phase.READING:
                show(
                    "film",
                    self._timed(self.tr("Reading what was seen"), state),
                    busy=True,
                )
            case Phase.FETCHING:
                show(
                    "film", self._timed(self.tr("Fetching the clip"), state), busy=True
                )
            case Phase.DECODING:
                title = self._timed(self.tr("Decoding the first frame"), state)
                show("film", title, size, busy=True)
            case Phase.NO_CLIP if self._span_action:
                show("clock", state.sentence, state.todo, action=self._span_action)
            case Phase.NO_CLIP:
                show("video-off", state.sentence, state.todo, colour="nodata")
            case Phase.FAILED:
                show(
                    "triangle-alert",
                    state.sentence,
                    state.todo,
                    colour="p1",
                    action=self.tr("Try again"),
                )
            case Phase.NOTHING:
                show("clipboard-check", *self._idle)
            case Phase.READY:
                self.card.hide()

    def _timed(self, words: str, state: ClipState) -> str:
        if not state.seconds:
            return words
        return self.tr("{doing}, {n} s").format(doing=words, n=state.seconds)

    def set_span_case(self, on: bool) -> None:
        """Offer the counts of the hour, for a claim about an hour."""
        self._span_action = self.tr("Show the counts one by one") if on else ""

    def set_idle(self, title: str, todo: str) -> None:
        """Choose what stands here while no case is open."""
        self._idle = (title, todo)
        if self._clip.phase is Phase.NOTHING:
            self._show_card(self._clip)

    def show_frame(self, shown: ShownFrame) -> None:
        """Show a decoded picture, with its boxes in the same instant."""
        self._frame = shown
        if shown.index == self._scene.index:
            self.canvas.set_scene(self._scene)
        self.canvas.set_frame(shown.image)

    def show_scene(self, scene: FrameScene) -> None:
        """Keep the boxes of a frame until its picture is there."""
        self._scene = scene
        self.timeline.set_selected(scene.selected)
        if self._frame is None or self._frame.index == scene.index:
            self.canvas.set_scene(scene)

    def show_timeline(self, scene: TimelineScene) -> None:
        """Show the clip's timeline."""
        self.timeline.set_scene(scene)

    def show_playback(self, state: PlaybackState) -> None:
        """Show the frame number, the time and the speed."""
        self.timeline.set_index(state.index)
        self.canvas.set_smooth(not state.is_playing)
        icon = "pause" if state.is_playing else "play"
        self._theme.icons.give(self.transport["player.pause"], icon, size=18)
        if not state.count:
            self.position.setText(self.tr("No frame"))
            self.clock.setText("")
            self.speed.setText("")
            return
        self.position.setText(
            self.tr("Frame {n} of {count}").format(n=state.index + 1, count=state.count)
        )
        self.clock.setText(clock_ms_text(state.at_ns))
        speed = state.speed or 1.0
        words = f"{abs(speed):g}×"
        self.speed.setText(
            self.tr("Backwards {speed}").format(speed=words)
            if speed < 0
            else self.tr("Speed {speed}").format(speed=words)
        )

    # What people do

    def ask_go_to(self) -> None:
        """Ask for a frame, time or offset and go there."""
        words, ok = self.ask_place()
        while ok:
            problem = self._playback.go_to(words)
            if not problem:
                return
            words, ok = self.ask_place(problem)

    def ask_place(self, problem: str = "") -> tuple[str, bool]:
        """Ask the person; a method of its own so that tests can answer."""
        prompt = self.tr("Frame, time or seconds from the event:")
        if problem:
            prompt = f"{problem}\n{prompt}"
        return QInputDialog.getText(self, self.tr("Go to"), prompt)

    def _on_overlays(self, on: bool) -> None:
        self._theme.icons.give(
            self.overlays_button, "eye" if on else "eye-off", size=18
        )
        self.canvas.set_overlays(on)

    def _on_zoom(self) -> None:
        if self.canvas.zoom >= 4:
            self.canvas.fit()
        else:
            self.canvas.zoom_by(2)

    def _on_card(self) -> None:
        if self._span_action:
            self.span_wanted.emit()
        else:
            self.retry_wanted.emit()


def _arrow(keys: str) -> str:
    """Return a key's name with arrows as arrows."""
    left = QKeySequence("Left").toString(QKeySequence.SequenceFormat.NativeText)
    right = QKeySequence("Right").toString(QKeySequence.SequenceFormat.NativeText)
    return keys.replace(left, "←").replace(right, "→")
