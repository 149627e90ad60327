"""Rows, bars and sentences of the counts page."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from watchpost.console.itemmodels.count_hours import HourRow
from watchpost.console.moments import day_text
from watchpost.console.screens.counts.presenter import CountsState
from watchpost.console.screens.counts.summing import Hour, Known, Totals
from watchpost.console.times import short_clock_text, weekday_text
from watchpost.console.widgets.count_chart import BarKnown, CountBar
from watchpost.domain.quality import what_is_wrong
from watchpost.protocol.review import Dispute

WEEK_NS = 7 * 86_400 * 1_000_000_000
_BAR_KNOWN: dict[Known, BarKnown] = {
    Known.COMPLETE: "complete",
    Known.PARTLY: "partly",
    Known.NO_DATA: "no_data",
    Known.FUTURE: "future",
}


def titles(state: CountsState) -> tuple[str, ...]:
    """Return the table's column titles, in order of ``HourColumn``."""
    before = before_words(state, short=True)
    return (
        _tr("Hour") if state.period.span == "day" else _tr("Day"),
        _tr("In"),
        _tr("In first"),
        _tr("Out"),
        _tr("Out first"),
        _tr("Inside"),
        _tr("In {day}").format(day=before),
        _tr("Out {day}").format(day=before),
        _tr("Note"),
    )


def before_words(state: CountsState, *, short: bool = False) -> str:
    """Return what is compared with: "Tue 7 Apr", or "the week before"."""
    if state.period.span == "week":
        return _tr("before") if short else _tr("the week before")
    words = day_text(state.period.from_ns - WEEK_NS // 14 * 13)
    return words.partition(" ")[2] if short else words


def when_words(state: CountsState, hour: Hour) -> str:
    """Return "13:00 to 14:00", or "Tue 14 Apr"."""
    if state.period.span == "week":
        return day_text(hour.from_ns)
    return _tr("{start} to {end}").format(
        start=short_clock_text(hour.from_ns), end=short_clock_text(hour.to_ns)
    )


def rows(state: CountsState) -> tuple[HourRow, ...]:
    """Return the table's rows."""
    return tuple(
        _row(state, hour, state.disputes.get(index, ()))
        for index, hour in enumerate(state.hours)
    )


def _row(state: CountsState, hour: Hour, disputes: tuple[Dispute, ...]) -> HourRow:
    when = when_words(state, hour)
    note = note_words(hour, disputes)
    before = (_number(hour.before_in), _number(hour.before_out))
    if hour.known is Known.FUTURE:
        return HourRow((when, *[""] * 5, *before, note), tone="dis")
    if hour.known is Known.NO_DATA:
        cells = (when, *["-"] * 5, *before, note)
        return HourRow(cells, tone="nodata", note_tone="nodata")
    cells = (
        when,
        str(hour.corrected_in),
        str(hour.reported_in),
        str(hour.corrected_out),
        str(hour.reported_out),
        number_text(hour.inside),
        *before,
        note,
    )
    partly = hour.known is Known.PARTLY
    return HourRow(
        cells,
        note_tone="nodata" if partly else "lo",
        corrected=hour.is_corrected,
    )


def note_words(hour: Hour, disputes: tuple[Dispute, ...]) -> str:
    """Return what is missing, corrected or claimed, in sentences."""
    words = [*hour.gaps]
    if hour.known is Known.NO_DATA:
        words.insert(0, _tr("No data."))
    elif hour.known is Known.PARTLY and not words:
        share = _tr("Only {n} % of the time was analysed.")
        words.append(share.format(n=round(100 * hour.looked)))
    if hour.in_doubt:
        doubt = _tr("{n} in doubt: {what}.")
        words.append(doubt.format(n=hour.in_doubt, what=what_is_wrong(hour.picture)))
    if hour.is_corrected and hour.known is not Known.FUTURE:
        words.append(_tr("Corrected."))
    if hour.running:
        words.append(_tr("Not over yet."))
    words += [dispute_words(dispute) for dispute in disputes]
    return " ".join(words)


def dispute_words(dispute: Dispute) -> str:
    """Return "D-4817 new." and the like."""
    states = {
        "new": _tr("D-{n} open."),
        "in_review": _tr("D-{n} in review."),
        "corrected": _tr("D-{n} corrected."),
        "rejected": _tr("D-{n} rejected."),
    }
    return states[dispute.state].format(n=dispute.number)


def bars(state: CountsState) -> tuple[CountBar, ...]:
    """Return the chart's bars."""
    return tuple(
        CountBar(
            label=_bar_label(state, hour),
            words=bar_words(state, hour, state.disputes.get(index, ())),
            count_in=hour.corrected_in,
            count_out=hour.corrected_out,
            reported_in=hour.reported_in,
            reported_out=hour.reported_out,
            before_in=hour.before_in,
            before_out=hour.before_out,
            inside=hour.inside,
            known=_BAR_KNOWN[hour.known],
            running=hour.running,
            flagged=any(
                d.state in ("new", "in_review") for d in state.disputes.get(index, ())
            ),
        )
        for index, hour in enumerate(state.hours)
    )


def _bar_label(state: CountsState, hour: Hour) -> str:
    if state.period.span == "week":
        return weekday_text(hour.from_ns)
    return short_clock_text(hour.from_ns)[:2]


def bar_words(state: CountsState, hour: Hour, disputes: tuple[Dispute, ...]) -> str:
    """Return an hour in one sentence, for tool tips and screen readers."""
    when = when_words(state, hour)
    if hour.known is Known.FUTURE:
        return _tr("{when}: not yet").format(when=when)
    if hour.known is Known.NO_DATA:
        words = f"{when}:"
    elif not hour.corrected_in and not hour.corrected_out:
        words = _tr("{when}: no crossings.").format(when=when)
    else:
        words = _tr("{when}: {n_in} in, {n_out} out, {inside} inside.").format(
            when=when,
            n_in=hour.corrected_in,
            n_out=hour.corrected_out,
            inside=number_text(hour.inside),
        )
    note = note_words(hour, disputes)
    return f"{words} {note}".strip()


def against_words(state: CountsState, now: int, before: int) -> str:
    """Return "+3 against Tue 7 Apr", and until when, while the period runs."""
    change, day = now - before, before_words(state)
    if change:
        words = _tr("{change} against {day}").format(change=_signed(change), day=day)
    else:
        words = _tr("as many as {day}").format(day=day)
    until_ns = state.totals.done_until_ns
    if until_ns is None or not any(hour.running for hour in state.hours):
        return words
    if state.period.span == "day":
        until = short_clock_text(until_ns)
    else:
        # The last whole day, named by a moment in its middle.
        until = day_text(until_ns - WEEK_NS // 14)
    return _tr("{words}, until {moment}").format(words=words, moment=until)


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"


def coverage_words(state: CountsState, sums: Totals) -> str:
    """Return the sentence beside the totals."""
    if not sums.begun:
        return "-"
    by_day = state.period.span == "week"
    if sums.in_doubt:
        return _in_doubt_words(sums, by_day=by_day)
    words = _tr("Complete: analysed all the time.")
    if sums.incomplete and by_day:
        words = _tr("Incomplete: data is missing on {n} of {all} days.")
    elif sums.incomplete:
        words = _tr("Incomplete: data is missing in {n} of {all} hours.")
    return words.format(n=sums.incomplete, all=sums.begun)


def _in_doubt_words(sums: Totals, *, by_day: bool) -> str:
    """Return both in two short lines: what is missing, and what is in doubt."""
    words = _tr("Analysed all the time; {doubt} counts in doubt.")
    if sums.incomplete and by_day:
        words = _tr("Data missing on {n} of {all} days; {doubt} counts in doubt.")
    elif sums.incomplete:
        words = _tr("Data missing in {n} of {all} hours; {doubt} counts in doubt.")
    return words.format(n=sums.incomplete, all=sums.begun, doubt=sums.in_doubt)


def number_text(value: int) -> str:
    """Return a number with a real minus sign."""
    return str(value) if value >= 0 else f"−{-value}"


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Counts", text)
