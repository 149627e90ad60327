"""Turns a camera and its edge into the words and figures of its tile."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QCoreApplication

from watchpost.console.bridge.edges import EdgeLink, LinkState
from watchpost.console.moments import age_text, clock_text
from watchpost.console.rule_values import facing_states, is_silent, rule_value
from watchpost.console.screens.wall.view import (
    CardView,
    DetailView,
    Figure,
    RuleView,
    TileView,
    TruthView,
)
from watchpost.console.widgets.marks import MarkFill, MarkKind, priority_mark
from watchpost.console.widgets.rule_shapes import RuleSpec, shape_of
from watchpost.domain.cameras import CameraState
from watchpost.protocol.alarms import AlarmRecord
from watchpost.protocol.cameras import (
    Camera,
    CameraStatus,
    LineTotals,
    ShelfSpec,
)

NOT_KNOWN = "-"
_AWAY = frozenset(
    {
        CameraState.STALLED,
        CameraState.RETRYING,
        CameraState.REFUSED,
        CameraState.FAILED,
    }
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Wall", text)


def describe_tile(
    link: EdgeLink, camera: Camera, now_ns: int, several_edges: bool
) -> TileView:
    """Return a camera's tile."""
    status = camera.status
    away = is_silent(link)
    alarm = _alarm_of(link, camera.id, now_ns)
    mark, fill, words = _state(link, status, alarm, now_ns)
    count_in, count_out = _totals(camera)
    tint = 0
    if alarm is not None and alarm.acknowledged_ns is None and alarm.cleared_ns is None:
        tint = alarm.priority
    return TileView(
        key=(link.key, camera.id),
        number=camera.number,
        name=camera.name,
        edge_name=link.name if several_edges else "",
        mark=mark,
        fill=fill,
        words=words,
        tint=tint,
        count_in=count_in,
        count_out=count_out,
        fps=_figure(status.fps, "{:.1f}"),
        latency=_figure(status.latency_ms, "{:.0f}"),
        stale=away,
        rules=_rules(link, camera, now_ns),
        truth=_truth(status),
        card=_card(link, status, now_ns),
        aspect=status.width / status.height
        if status.width and status.height
        else 16 / 9,
        accessible=_accessible(camera, words),
    )


def describe_detail(
    link: EdgeLink,
    camera: Camera,
    model: str,
    history: dict[str, tuple[float | None, ...]],
) -> DetailView:
    """Return the selected camera's card."""
    status = camera.status
    away = link.state is not LinkState.CONNECTED
    count_in, count_out = _totals(camera)
    counts = history.get("counts", ())
    steps = tuple(
        None if a is None or b is None else max(0.0, b - a) for a, b in pairwise(counts)
    )
    figures = []
    if count_in is not None:
        figures.append(
            Figure(
                _tr("In / out today"), f"{count_in} / {count_out}", steps, stale=away
            )
        )
    figures += [
        _rate_figure(status, history.get("fps", ()), away),
        _latency_figure(status, history.get("latency", ()), away),
        Figure(
            _tr("Analysed"),
            _with_unit(status.analysed_fps, "{:.1f}", _tr("{value} a second")),
            stale=away,
        ),
        Figure(_tr("Picture"), _picture_text(status), stale=away),
        Figure(_tr("Model"), model or NOT_KNOWN, stale=away),
        Figure(_tr("Recording"), _recording_text(link, camera), stale=away),
    ]
    truth = _truth(status)
    if truth is not None:
        figures.insert(
            1 if count_in is not None else 0,
            Figure(
                _tr("Really"),
                _truth_text(truth),
                over=truth.agrees is False,
            ),
        )
    chip = (
        _tr("Live") if status.state is CameraState.LIVE and not away else _tr("No data")
    )
    if status.state is CameraState.DISABLED:
        chip = _tr("Off")
    return DetailView(
        (link.key, camera.id),
        f"{camera.number:02d}  {camera.name}",
        chip,
        tuple(figures),
    )


def truth_words(truth: TruthView) -> str:
    """Return the words of the truth over a tile."""
    if truth.agrees is None:
        text = _tr("Really in {true_in}, out {true_out}")
        return text.format(true_in=truth.true_in, true_out=truth.true_out)
    text = _tr("Since start: counted {counted}, really {true}")
    return text.format(
        counted=f"{truth.counted_in} / {truth.counted_out}",
        true=f"{truth.true_in} / {truth.true_out}",
    )


def _alarm_of(link: EdgeLink, camera_id: str, now_ns: int) -> AlarmRecord | None:
    own = [
        a
        for a in link.alarms
        if a.subject_id == camera_id
        and a.cleared_ns is None
        and (a.shelved_until_ns is None or a.shelved_until_ns <= now_ns)
    ]
    return min(own, key=lambda a: (a.priority, a.raised_ns), default=None)


def _state(
    link: EdgeLink, status: CameraStatus, alarm: AlarmRecord | None, now_ns: int
) -> tuple[MarkKind | None, MarkFill, str]:
    if link.state in (LinkState.LOST, LinkState.REFUSED):
        return MarkKind.NO_DATA, MarkFill.FILLED, _tr("Edge away")
    if alarm is not None:
        fill = MarkFill.FILLED if alarm.acknowledged_ns is None else MarkFill.OUTLINED
        words = f"{alarm.text} {age_text(alarm.raised_ns, now_ns)}"
        return priority_mark(alarm.priority), fill, words
    if status.state in _AWAY:
        return MarkKind.NO_DATA, MarkFill.FILLED, _away_words(status)
    if status.state is CameraState.CONNECTING:
        return None, MarkFill.FILLED, _tr("Connecting")
    if status.state is CameraState.DISABLED:
        return None, MarkFill.FILLED, _tr("Off")
    return None, MarkFill.FILLED, ""


def _away_words(status: CameraStatus) -> str:
    if status.state is CameraState.REFUSED:
        return _tr("Not let in")
    return _tr("No video")


def _card(link: EdgeLink, status: CameraStatus, now_ns: int) -> CardView | None:
    if link.state in (LinkState.LOST, LinkState.REFUSED):
        problem = link.problem
        title = _tr("Edge away for {age}").format(age=age_text(link.since_ns, now_ns))
        detail = _tr("It may still count; this console does not hear it.")
        return CardView(title, detail, str(problem) if problem else "", "unplug")
    age = age_text(status.since_ns, now_ns)
    if status.state is CameraState.DISABLED:
        return CardView(_tr("Switched off"), "", "", "circle-off", waiting=True)
    if status.state is CameraState.CONNECTING:
        title = _tr("Connecting for {age}").format(age=age)
        return CardView(title, "", status.sentence, "circle-dashed", waiting=True)
    if status.state not in _AWAY:
        return None
    title = f"{_away_words(status)}, {age}"
    if status.state is not CameraState.REFUSED:
        title = _tr("No video for {age}").format(age=age)
    parts = []
    if status.last_frame_ns is not None:
        parts.append(
            _tr("Last frame {time}").format(time=clock_text(status.last_frame_ns))
        )
    if status.next_try_ns is not None and status.next_try_ns > now_ns:
        wait = age_text(now_ns, status.next_try_ns)
        parts.append(_tr("next try in {wait}").format(wait=wait))
    return CardView(title, " · ".join(parts), status.sentence, "video-off")


def _totals(camera: Camera) -> tuple[int | None, int | None]:
    if not camera.lines:
        return None, None
    totals = camera.status.totals
    return sum(t.count_in for t in totals), sum(t.count_out for t in totals)


def _rules(link: EdgeLink, camera: Camera, now_ns: int) -> tuple[RuleView, ...]:
    """Return rules with their values."""
    # The places of a shelf are dotted while the edge is silent: who knows.
    told = None if is_silent(link) else camera.status
    made = []
    rules: tuple[RuleSpec, ...] = (
        *camera.lines, *camera.zones, *camera.stations, *camera.shelves,
    )  # fmt: skip
    for rule in rules:
        facings = facing_states(told, rule) if isinstance(rule, ShelfSpec) else ()
        value = rule_value(link, camera, rule, now_ns)
        shape = shape_of(rule, facings)
        made.append(RuleView(rule.name, shape, value.words, value.is_old))
    return tuple(made)


def _truth(status: CameraStatus) -> TruthView | None:
    if not status.truth:
        return None
    counted = status.truth_counted
    return TruthView(
        *_sums(status.truth), *(_sums(counted) if counted is not None else (None, None))
    )


def _sums(totals: tuple[LineTotals, ...]) -> tuple[int, int]:
    return sum(t.count_in for t in totals), sum(t.count_out for t in totals)


def _truth_text(truth: TruthView) -> str:
    real = f"{truth.true_in} / {truth.true_out}"
    if truth.agrees is None:
        return real
    counted = f"{truth.counted_in} / {truth.counted_out}"
    return _tr("{real}, counted {counted}").format(real=real, counted=counted)


def _figure(value: float | None, form: str) -> str:
    return NOT_KNOWN if value is None else form.format(value)


def _with_unit(value: float | None, form: str, text: str) -> str:
    return NOT_KNOWN if value is None else text.format(value=form.format(value))


def _rate_figure(
    status: CameraStatus, history: tuple[float | None, ...], stale: bool
) -> Figure:
    if status.fps is None:
        return Figure(_tr("Frame rate"), NOT_KNOWN, history, stale=stale)
    nominal = status.nominal_fps
    value = _tr("{value} fps").format(value=f"{status.fps:.1f}")
    if nominal:
        value = _tr("{value} of {nominal} fps").format(
            value=f"{status.fps:.1f}", nominal=f"{nominal:g}"
        )
    short = bool(nominal and status.fps < 0.95 * nominal)
    return Figure(_tr("Frame rate"), value, history, nominal, short, stale)


def _latency_figure(
    status: CameraStatus, history: tuple[float | None, ...], stale: bool
) -> Figure:
    latency = status.latency_p95_ms
    if latency is None:
        return Figure(_tr("Latency p95"), NOT_KNOWN, history, stale=stale)
    if not status.nominal_fps:
        return Figure(_tr("Latency p95"), f"{latency:.0f} ms", history, stale=stale)
    budget = 1000 / status.nominal_fps
    value = _tr("{value} of {budget} ms").format(
        value=f"{latency:.0f}", budget=f"{budget:.0f}"
    )
    return Figure(_tr("Latency p95"), value, history, budget, latency > budget, stale)


def _picture_text(status: CameraStatus) -> str:
    if not status.width:
        return NOT_KNOWN
    size = f"{status.width} × {status.height}"
    return f"{size}, {status.codec.upper()}" if status.codec else size


def _recording_text(link: EdgeLink, camera: Camera) -> str:
    if not camera.record:
        return _tr("Off")
    if not camera.status.recording:
        return _tr("Not recording")
    days = link.health.recording_days_left if link.health is not None else None
    if days is None:
        return _tr("On")
    whole, hours = int(days), round(days % 1 * 24)
    return _tr("On, {days} d {hours} h fit").format(days=whole, hours=hours)


def _accessible(camera: Camera, words: str) -> str:
    text = _tr("Camera {number}, {name}").format(number=camera.number, name=camera.name)
    return f"{text}, {words}" if words else text
