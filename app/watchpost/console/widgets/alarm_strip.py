"""The alarm strip: the same on every page, never scrolls away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from watchpost.base.clock import Clock
from watchpost.console.alarms import AlarmDesk, DeskState
from watchpost.console.keys import Keys
from watchpost.console.moments import age_text, clock_text
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.marks import Mark, MarkFill, priority_mark
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    label,
    panel,
    row,
    rule,
)
from watchpost.console.widgets.sparkline import Sparkline


class AlarmStrip(QFrame):
    """Counts by priority, the alarm that matters most and what can be done about it.

    Signals:
        shelve_wanted: Ask for how long and why.
    """

    shelve_wanted = Signal()

    def __init__(self, desk: AlarmDesk, theme: Theme, keys: Keys, clock: Clock) -> None:
        super().__init__()
        self._desk, self._theme, self._clock = desk, theme, clock
        set_look(self, "strip")
        self.setFixedHeight(theme.px(44))
        self.setAccessibleName(self.tr("Alarms"))
        self._demo = label(self.tr("DEMO"), "demo")
        self._demo.setToolTip(
            self.tr("This site is made up: simulated cameras, invented history.")
        )
        self._marks = [Mark(theme, priority_mark(p)) for p in (1, 2, 3)]
        self._counts = [label("0", "title") for _ in range(3)]
        self._now = panel("plain")
        self._mark = Mark(theme, priority_mark(1))
        self._time, self._age = label(look="strong"), label(look="strong")
        self._text = ElidedLabel(look="strong")
        self._subject = ElidedLabel()
        inside = row(
            self._mark, self._time, self._text, self._subject, self._age, gap=8
        )
        inside.setContentsMargins(8, 0, 8, 0)
        self._now.setLayout(inside)
        self._now.setFixedHeight(theme.px(32))
        self._now.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._quiet = label(self.tr("No active alarms"), "label")
        # Gives way to the alarm and its buttons; the tool tip has all of it.
        self._interrupted = ElidedLabel(look="p1-text")
        self._interrupted.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.clip = button(
            theme, self.tr("Show clip"), icon="play", tip=keys.tip("alarms.clip")
        )
        self.acknowledge = button(
            theme,
            self.tr("Acknowledge"),
            icon="check",
            tip=keys.tip("alarms.acknowledge"),
        )
        self.shelve = button(
            theme,
            self.tr("Shelve…"),
            icon="alarm-clock-off",
            look="flat",
            tip=keys.tip("alarms.shelve"),
        )
        self._rate = label(look="label")
        self._curve = Sparkline(theme, 64)
        self._shelved = label(look="label")
        self._build()
        self.clip.clicked.connect(desk.show_clip)
        self.acknowledge.clicked.connect(desk.acknowledge)
        self.shelve.clicked.connect(self.shelve_wanted)
        desk.changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        counts: list[QWidget] = []
        for mark, count in zip(self._marks, self._counts, strict=True):
            counts += [mark, count]
        line = row(gap=10)
        line.addWidget(self._demo, 0, Qt.AlignmentFlag.AlignVCenter)
        for index, item in enumerate(counts):
            line.addWidget(item)
            if index % 2 == 0:
                line.addSpacing(-4)
        line.addSpacing(4)
        line.addWidget(rule(vertical=True))
        line.addWidget(self._now)
        line.addWidget(self._quiet)
        line.addWidget(self.clip)
        line.addWidget(self.acknowledge)
        line.addWidget(self.shelve)
        line.addWidget(self._interrupted, 100)
        line.addStretch(1)
        line.addWidget(self._rate)
        line.addWidget(self._curve)
        line.addWidget(self._shelved)
        line.setContentsMargins(14, 0, 14, 0)
        self.setLayout(column(line, gap=0))

    def set_demo(self, demo: bool) -> None:
        """Mark everything as a demo site."""
        self._demo.setVisible(demo)

    def refresh(self) -> None:
        """Show the desk's state."""
        state = self._desk.state
        for index, (mark, count) in enumerate(
            zip(self._marks, self._counts, strict=True)
        ):
            priority = index + 1
            waiting = state.waiting(priority)
            fill = MarkFill.FILLED if waiting else MarkFill.OUTLINED
            mark.show_as(priority_mark(priority), fill)
            count.setText(str(state.count(priority)))
            name = self.tr("Priority {priority}: {count}, {waiting} not acknowledged")
            text = name.format(
                priority=priority, count=state.count(priority), waiting=waiting
            )
            for item in (mark, count):
                item.setAccessibleName(text)
                item.setToolTip(text)
        self._show_current(state)
        # While nothing is heard the rate would only seem to fall.
        recent = sum(state.rate) if state.interrupted_ns is None else 0
        self._rate.setText(self.tr("{count} in last 10 min").format(count=recent))
        self._rate.setVisible(recent > 0)
        self._curve.setVisible(recent > 0)
        self._curve.show_values([float(v) for v in state.rate])
        self._shelved.setText(
            self.tr("{count} shelved").format(count=len(state.shelved))
        )
        self._shelved.setVisible(bool(state.shelved))
        if state.interrupted_ns is not None:
            text = self.tr("Alarm feed lost at {time}. This list may be out of date.")
            self._interrupted.setText(
                text.format(time=clock_text(state.interrupted_ns))
            )
        self._interrupted.setVisible(state.interrupted_ns is not None)

    def _show_current(self, state: DeskState) -> None:
        item = state.now
        for widget in (self._now, self.clip, self.acknowledge, self.shelve):
            widget.setVisible(item is not None)
        self._quiet.setVisible(item is None and state.interrupted_ns is None)
        if item is None:
            return
        alarm = item.alarm
        tinted = item.unacknowledged and not item.returned
        set_look(self._now, f"p{alarm.priority}" if tinted else "plain")
        fill = MarkFill.FILLED if item.unacknowledged else MarkFill.OUTLINED
        if item.returned and item.unacknowledged:
            fill = MarkFill.CHECKED
        self._mark.show_as(priority_mark(alarm.priority), fill)
        self._time.setText(clock_text(alarm.raised_ns))
        self._text.setText(alarm.text)
        self._subject.setText(item.name)
        self._now.setToolTip(alarm.response)
        self._now.setAccessibleName(f"{alarm.text}, {item.name}")
        self.acknowledge.setEnabled(item.unacknowledged)
        self.tick()

    def tick(self) -> None:
        """Advance the age of the current alarm; once a second."""
        item = self._desk.state.now
        if item is not None:
            self._age.setText(age_text(item.alarm.raised_ns, self._clock.utc_ns()))

    def blink(self, off: bool) -> None:
        """Blink the mark of an unacknowledged P1 (1 Hz; never the text)."""
        item = self._desk.state.now
        urgent = item is not None and item.unacknowledged and item.alarm.priority == 1
        self._mark.set_blinked_off(off and urgent)
