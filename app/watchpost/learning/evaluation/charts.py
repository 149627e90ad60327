"""Small charts as SVG text, for reports that are one file and need no script.

Colours follow the reader's light or dark preference through classes of the page's style
sheet (:data:`STYLE`), so a chart is legible on both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

# Severity 1 to 3 go from light to dark blue (orange is what failed): told apart without
# colour vision by their order and by the labels.
STYLE = """
svg { font: 12px system-ui, sans-serif; max-width: 100%; height: auto; }
svg text { fill: #24292f; } svg .quiet { fill: #6e7781; }
svg .number { font-size: 10px; }
svg .axis { stroke: #d0d7de; } svg .wanted { stroke: #bc4c00; stroke-dasharray: 4 3; }
svg .s0 { fill: #57606a; stroke: #57606a; } svg .s1 { fill: #79b8ff; stroke: #79b8ff; }
svg .s2 { fill: #2f81f7; stroke: #2f81f7; } svg .s3 { fill: #0a3069; stroke: #0a3069; }
svg .bad { fill: #bc4c00; stroke: #bc4c00; }
@media (prefers-color-scheme: dark) {
svg text { fill: #e6edf3; } svg .quiet { fill: #8b949e; } svg .axis { stroke: #30363d; }
svg .s0 { fill: #8b949e; stroke: #8b949e; } svg .s1 { fill: #a5d6ff; stroke: #a5d6ff; }
svg .s2 { fill: #58a6ff; stroke: #58a6ff; } svg .s3 { fill: #1f6feb; stroke: #1f6feb; }
svg .bad { fill: #f0883e; stroke: #f0883e; } svg .wanted { stroke: #f0883e; } }
"""
_LABEL_WIDTH = 230
_PLOT_WIDTH = 520
_ROW = 20
_TOP = 26
_BAR, _BAR_GAP = 11, 9


@dataclass(frozen=True, slots=True)
class Dot:
    """One value with its interval.

    Attributes:
        value: On the chart's scale.
        low, high: Ends of the interval; both the value where there is none.
        kind: Class of the style sheet: ``s0`` to ``s3`` or ``bad``.
    """

    value: float
    low: float
    high: float
    kind: str


def dot_chart(
    title: str,
    rows: Sequence[tuple[str, Sequence[Dot]]],
    *,
    most: float = 1.0,
    unit: str = "%",
    wanted: Mapping[str, float] | None = None,
) -> str:
    """Return a chart with one labelled row of dots each, from 0 at the left.

    Args:
        title: For screen readers and above the chart.
        rows: Label and dots, from top to bottom.
        most: The scale's right end; values beyond it are drawn there.
        unit: ``%`` shows shares as per cent; anything else follows the number.
        wanted: Labelled marks on the scale.
    """
    bottom = _TOP + _ROW * len(rows)
    parts = [_opening(title, bottom + 24)]
    steps = round(4 * most) if unit == "%" else 4
    for step in range(steps + 1):
        value = most * step / steps
        x = _x(value, most)
        parts.append(
            f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{bottom}"/>'
            f'<text class="quiet" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">'
            f"{_number(value, unit)}</text>"
        )
    for label, value in (wanted or {}).items():
        x = _x(value, most)
        parts.append(
            f'<line class="wanted" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" '
            f'y2="{bottom}"><title>{escape(label)}</title></line>'
        )
    for number, (label, dots) in enumerate(rows):
        y = _TOP + _ROW * (number + 0.5)
        parts.append(
            f'<text x="{_LABEL_WIDTH - 10}" y="{y + 4:.1f}" text-anchor="end">'
            f"{escape(label)}</text>"
        )
        parts.extend(
            _dot(label, dot, y + 5 * (i - (len(dots) - 1) / 2), most, unit)
            for i, dot in enumerate(dots)
        )
    return "\n".join((*parts, "</svg>"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One number of a group: ``kind`` is a class of the style sheet."""

    value: float
    kind: str
    name: str


def bar_chart(title: str, groups: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Return a chart with one labelled group of bars each, from 0 at the left.

    What each colour means stands above the bars, from their names in the order in which
    they first occur; a number stands at each bar's end.

    Args:
        title: For screen readers and above the chart.
        groups: Label and bars, from top to bottom.
    """
    bars = [bar for _, group in groups for bar in group]
    most = max([bar.value for bar in bars], default=0.0) or 1.0
    kinds: dict[str, str] = {}
    for bar in bars:
        kinds.setdefault(bar.name, bar.kind)
    marks = "".join(
        f'<rect class="{kind}" x="{_LABEL_WIDTH + 150 * i}" y="6" width="10" height="10" '
        f'rx="2"/><text x="{_LABEL_WIDTH + 150 * i + 16}" y="15">{escape(name)}</text>'
        for i, (name, kind) in enumerate(kinds.items())
    )
    rows, y = [], float(_TOP + 4)
    for label, group in groups:
        middle = y + _BAR * len(group) / 2
        rows.append(
            f'<text x="{_LABEL_WIDTH - 10}" y="{middle + 4:.1f}" text-anchor="end">'
            f"{escape(label)}</text>"
        )
        for bar in group:
            rows.append(_bar(label, bar, y, most))
            y += _BAR
        y += _BAR_GAP
    axis = (
        f'<line class="axis" x1="{_LABEL_WIDTH}" x2="{_LABEL_WIDTH}" y1="{_TOP}" '
        f'y2="{y - _BAR_GAP + 4:.0f}"/>'
    )
    return "\n".join((_opening(title, y), marks, axis, *rows, "</svg>"))


def _bar(label: str, bar: Bar, y: float, most: float) -> str:
    words = f"{label}: {bar.value:g} {bar.name}"
    width = _PLOT_WIDTH * bar.value / most
    return (
        f'<g><title>{escape(words)}</title><rect class="{bar.kind}" x="{_LABEL_WIDTH}" '
        f'y="{y:.1f}" width="{width:.1f}" height="{_BAR - 2}" rx="1.5"/>'
        f'<text class="number" x="{_LABEL_WIDTH + width + 5:.1f}" y="{y + 8:.1f}">'
        f"{bar.value:g}</text></g>"
    )


def _dot(label: str, dot: Dot, y: float, most: float, unit: str) -> str:
    words = f"{label}: {_number(dot.value, unit)}"
    whisker = ""
    if dot.high > dot.low:
        words += f" ({_number(dot.low, unit)} to {_number(dot.high, unit)})"
        whisker = (
            f'<line class="{dot.kind}" stroke-width="1.5" x1="{_x(dot.low, most):.1f}" '
            f'x2="{_x(dot.high, most):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
    return (
        f"<g><title>{escape(words)}</title>{whisker}"
        f'<circle class="{dot.kind}" cx="{_x(dot.value, most):.1f}" cy="{y:.1f}" r="3.5"/>'
        "</g>"
    )


def _opening(title: str, height: float) -> str:
    width = _LABEL_WIDTH + _PLOT_WIDTH + 40
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
        f'width="{width}" height="{height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
    )


def _x(value: float, most: float) -> float:
    return _LABEL_WIDTH + _PLOT_WIDTH * min(1.0, max(0.0, value / most))


def _number(value: float, unit: str) -> str:
    return f"{value:.0%}" if unit == "%" else f"{value:.3g} {unit}"


def legend() -> str:
    """Return what the colours mean, as SVG."""
    kinds = (("s0", "clean"), *((f"s{n}", f"severity {n}") for n in (1, 2, 3)))
    marks = "".join(
        f'<circle class="{kind}" cx="{_LABEL_WIDTH + 110 * i}" cy="12" r="4"/>'
        f'<text x="{_LABEL_WIDTH + 110 * i + 10}" y="16">{words}</text>'
        for i, (kind, words) in enumerate(kinds)
    )
    return f"{_opening('Colours', 24)}{marks}</svg>"


def alone(svg: str) -> str:
    """Return a chart with its style inside, to be a file of its own."""
    return svg.replace("</title>", f"</title><style>{STYLE}</style>", 1)
