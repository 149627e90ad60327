"""The counts page without its looks: which lines, which period, what was counted."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from watchpost.base.clock import Clock
from watchpost.base.errors import ConfigError, WatchpostError
from watchpost.base.files import replace_file
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.moments import clock_text
from watchpost.console.screens.counts.periods import (
    Period,
    Span,
    today,
    zone_name,
)
from watchpost.console.screens.counts.summing import Hour, Totals, add_up, totals
from watchpost.protocol.counts import LineCounts
from watchpost.protocol.live import Counted
from watchpost.protocol.review import Dispute, DisputeRequest

_RELOAD_MS = 400
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A line that can be chosen."""

    line_id: str
    line_name: str
    camera_id: str
    camera_name: str


@dataclass(frozen=True, slots=True)
class CountsState:
    """What the page shows.

    Attributes:
        lines: All lines, by camera.
        chosen: Ids of the chosen ones.
        period: Day or week.
        hours: Its hours or days, summed over the chosen lines.
        by_line: The same of each chosen line by itself.
        totals: Sums over the period.
        selected: Index of the chosen hour; -1 without one.
        disputes: Claims of the chosen lines within the period, by index of the hour.
        loading: Nothing has been read yet.
        sentence: Why nothing can be shown, or that what is shown is old.
        todo: What to do about it.
        at_ns: When the numbers were read.
    """

    period: Period
    lines: tuple[LineChoice, ...] = ()
    chosen: tuple[str, ...] = ()
    hours: tuple[Hour, ...] = ()
    by_line: dict[str, tuple[Hour, ...]] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    selected: int = -1
    disputes: dict[int, tuple[Dispute, ...]] = field(default_factory=dict)
    loading: bool = True
    sentence: str = ""
    todo: str = ""
    at_ns: int = 0

    @property
    def hour(self) -> Hour | None:
        """The chosen hour or day."""
        return (
            self.hours[self.selected] if 0 <= self.selected < len(self.hours) else None
        )

    def hour_of(self, line_id: str) -> Hour | None:
        """Return the chosen hour or day of one line."""
        hours = self.by_line.get(line_id, ())
        return hours[self.selected] if 0 <= self.selected < len(hours) else None

    def busiest_line(self) -> str:
        """Return the chosen line with most crossings in the chosen hour."""

        def crossings(line_id: str) -> int:
            hour = self.hour_of(line_id)
            return hour.corrected_in + hour.corrected_out if hour is not None else 0

        return max(self.chosen, key=crossings, default="")

    def choice(self, line_id: str) -> LineChoice | None:
        """Return a line by its id."""
        return next((c for c in self.lines if c.line_id == line_id), None)


class CountsPresenter(QObject):
    """Reads counts and keeps them current while the page is shown. GUI thread.

    Signals:
        changed: :class:`CountsState`.
        said: Text, what to do and kind of a notice.
        flagged: The :class:`Dispute` that was opened.
        saved: Path of the exported file.
    """

    changed = Signal(object)
    said = Signal(str, str, str)
    flagged = Signal(object)
    saved = Signal(object)

    def __init__(
        self, link: EdgeLink, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._clock = clock
        self._request = 0
        self._answers: dict[str, LineCounts] = {}
        self._all_disputes: tuple[Dispute, ...] = ()
        self._follows_today = True
        self._active = False
        self.state = CountsState(today(clock.utc_ns()))
        self._reload = _timer(self, _RELOAD_MS, self.load, once=True)
        self._minute = _timer(self, _MINUTE_MS, self._on_minute, once=False)
        link.cameras_changed.connect(self._on_cameras)
        link.live.counted.connect(self._on_counted)
        link.live.counts_changed.connect(self._soon)
        link.live.disputes_changed.connect(self._soon)
        link.live.missed.connect(self._soon)

    # Life

    def activate(self) -> None:
        """Read, and keep current from now on."""
        self._active = True
        self._minute.start()
        self._on_cameras()
        self.load()

    def deactivate(self) -> None:
        """Read nothing while nobody looks."""
        self._active = False
        self._minute.stop()
        self._reload.stop()

    # Intents

    def choose_lines(self, line_ids: Sequence[str]) -> None:
        """Show these lines together."""
        known = {choice.line_id for choice in self.state.lines}
        chosen = tuple(i for i in line_ids if i in known) if known else tuple(line_ids)
        if chosen and chosen != self.state.chosen:
            self._show(chosen=chosen, hours=(), selected=-1, disputes={}, loading=True)
            self.load()

    def choose_span(self, span: Span) -> None:
        """Show a day by hours, or a week by days."""
        if span != self.state.period.span:
            self._choose(Period(span, self.state.period.day))

    def move(self, by: int) -> None:
        """Go to an earlier or later day or week; the future is not shown."""
        period = self.state.period.moved(by)
        if period.from_ns <= self._clock.utc_ns():
            self._choose(period)

    def go_today(self) -> None:
        """Go to the day or week of now."""
        self._choose(today(self._clock.utc_ns(), self.state.period.span))

    def choose_period(self, period: Period) -> None:
        """Go to a day or week."""
        self._choose(period)

    def open_day(self, index: int) -> None:
        """Show one of a week's days by its hours."""
        hours = self.state.hours
        if self.state.period.span == "week" and 0 <= index < len(hours):
            self._choose(today(hours[index].from_ns))

    def _choose(self, period: Period) -> None:
        if period == self.state.period:
            return
        self._follows_today = period.holds(self._clock.utc_ns())
        self._show(period=period, hours=(), selected=-1, disputes={}, loading=True)
        self.load()

    def select(self, index: int) -> None:
        """Choose an hour or day."""
        if index != self.state.selected and -1 <= index < len(self.state.hours):
            self._show(selected=index)

    def load(self) -> None:
        """Read the counts of the chosen lines, and the claims, again."""
        self._request += 1
        if not self.state.chosen:
            return
        period = self.state.period
        self._answers = {}
        run, port = self._link.tasks.run, self._link.port
        failed = partial(self._on_failed, self._request)
        for line_id in self.state.chosen:
            call = partial(
                port.counts,
                line_id,
                from_ns=period.from_ns,
                to_ns=period.to_ns,
                bucket=period.bucket,
                timezone=zone_name(),
            )
            run(call, partial(self._on_counts, self._request), failed)
        run(
            partial(port.disputes, "all"),
            partial(self._on_disputes, self._request),
            failed,
        )

    def flag(
        self, line_id: str, claim: str, claimed_in: int | None, claimed_out: int | None
    ) -> None:
        """Say that the chosen hour of a line is wrong."""
        hour = self.state.hour
        if hour is None:
            return
        request = DisputeRequest(
            line_id=line_id,
            from_ns=hour.from_ns,
            to_ns=hour.to_ns,
            claim=claim.strip() or self.tr("Count looks wrong"),
            claimed_in=claimed_in,
            claimed_out=claimed_out,
        )
        self._link.tasks.run(
            partial(self._link.port.open_dispute, request),
            self._on_flagged,
            self._say_error,
        )

    def export(self, path: Path, *, parts: bool = False) -> None:
        """Write the period's counts of all lines as CSV, or all inspected parts."""
        period, port = self.state.period, self._link.port
        call = partial(
            port.verdicts_csv
            if parts
            else partial(port.counts_csv, bucket=period.bucket),
            from_ns=period.from_ns,
            to_ns=period.to_ns,
            tz=zone_name(),
        )
        self._link.tasks.run(
            partial(_save, call, path), self._on_saved, self._say_error
        )

    def file_name(self, *, parts: bool = False) -> str:
        """Return a name for the exported file."""
        period = self.state.period
        what = "parts" if parts else "counts"
        word = what if period.span == "day" else f"{what}-week"
        return f"{word}-{period.first_day.isoformat()}.csv"

    # Answers

    def _on_cameras(self) -> None:
        lines = tuple(
            LineChoice(line.id, line.name, c.id, f"{c.number:02d} {c.name}")
            for c in self._link.cameras
            for line in c.lines
        )
        ids = {choice.line_id for choice in lines}
        chosen = tuple(i for i in self.state.chosen if i in ids)
        if not chosen and lines:
            chosen = (lines[0].line_id,)
        begins = chosen != self.state.chosen
        self._show(
            lines=lines,
            chosen=chosen,
            loading=self.state.loading and (bool(lines) or self._link.info is None),
        )
        if begins and self._active:
            self.load()

    def _on_counts(self, request: int, counts: LineCounts) -> None:
        if request != self._request:
            return
        self._answers[counts.line_id] = counts
        if len(self._answers) < len(self.state.chosen):
            return
        now_ns = self._clock.utc_ns()
        hours = add_up([self._answers[i] for i in self.state.chosen], now_ns)
        self._show(
            hours=hours,
            by_line={i: add_up([a], now_ns) for i, a in self._answers.items()},
            totals=totals(hours),
            selected=min(self.state.selected, len(hours) - 1),
            disputes=self._by_hour(hours),
            loading=False,
            sentence="",
            todo="",
            at_ns=now_ns,
        )

    def _on_disputes(self, request: int, disputes: tuple[Dispute, ...]) -> None:
        if request == self._request:
            self._all_disputes = disputes
            self._show(disputes=self._by_hour(self.state.hours))

    def _by_hour(self, hours: Sequence[Hour]) -> dict[int, tuple[Dispute, ...]]:
        found: dict[int, tuple[Dispute, ...]] = {}
        for index, hour in enumerate(hours):
            inside = tuple(
                d
                for d in self._all_disputes
                if d.line_id in self.state.chosen
                and hour.from_ns <= (d.from_ns or d.at_ns) < hour.to_ns
            )
            if inside:
                found[index] = inside
        return found

    def _on_failed(self, request: int, error: WatchpostError) -> None:
        if request != self._request:
            return
        self._request += 1
        sentence = error.what
        if self.state.hours:
            words = self.tr("{what} The numbers are those of {clock}.")
            sentence = words.format(what=error.what, clock=clock_text(self.state.at_ns))
        self._show(loading=False, sentence=sentence, todo=error.todo)

    def _on_flagged(self, dispute: Dispute) -> None:
        self.flagged.emit(dispute)
        words = self.tr("D-{number} is open. Its state stands beside the hour.")
        self.said.emit(words.format(number=dispute.number), "", "info")
        self.load()

    def _on_saved(self, path: Path) -> None:
        self.saved.emit(path)
        words = self.tr("Saved {name} in {folder}.")
        self.said.emit(words.format(name=path.name, folder=path.parent), "", "info")

    def _on_counted(self, counted: Counted) -> None:
        if counted.line_id in self.state.chosen and self.state.period.holds(
            counted.at_ns
        ):
            self._soon()

    def _on_minute(self) -> None:
        """Let a running day run on, and follow midnight."""
        now_ns = self._clock.utc_ns()
        if self._follows_today and not self.state.period.holds(now_ns):
            self.go_today()
        elif self.state.period.holds(now_ns):
            self.load()

    def _soon(self) -> None:
        if self._active and not self._reload.isActive():
            self._reload.start()

    def _say_error(self, error: WatchpostError) -> None:
        self.said.emit(error.what, error.todo, "error")

    def _show(self, **changes: object) -> None:
        state = replace(self.state, **changes)  # type: ignore[arg-type]
        if state != self.state:
            self.state = state
            self.changed.emit(state)


def _timer(
    parent: QObject, every_ms: int, slot: Callable[[], None], *, once: bool
) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(every_ms)
    timer.setSingleShot(once)
    timer.timeout.connect(slot)
    return timer


def _save(read: Callable[[], bytes], path: Path) -> Path:
    """Read the CSV and write it, whole or not at all; runs on a worker thread."""
    content = read()
    try:
        replace_file(path, content)
    except OSError as error:
        raise _not_saved(path, len(content), error) from error
    return path


def _not_saved(path: Path, needed: int, error: OSError) -> WatchpostError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        try:
            free = f"{shutil.disk_usage(path.parent).free // 1000} kB"
        except OSError:
            free = "?"
        return ConfigError(
            f"The disk of {path.parent} is full: {-(-needed // 1000)} kB are needed, "
            f"{free} are free.",
            todo="Choose another place or free some space.",
            code="export.full",
        )
    return ConfigError(
        f"{path.name} cannot be written in {path.parent} ({error.strerror}).",
        todo="Choose another place.",
        code="export.refused",
    )
