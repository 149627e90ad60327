"""The report of the ugly suite: HTML in one file, or Markdown with charts beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from watchpost.learning.evaluation import charts
from watchpost.learning.evaluation.charts import Dot
from watchpost.learning.evaluation.ugly_result import (
    WANTED_RETENTION,
    WANTED_RPC,
    WANTED_SILENT_RATE,
    ConditionResult,
    UglyResult,
)

_NONE = "-"
_COLUMNS = (
    "Condition",
    "Amount",
    "Counted / true",
    "Accuracy (95 %)",
    "Bias",
    "Worst window",
    "Retention",
    "Windows off",
    "Silent",
    "Flagged after",
    "Look ms (p95)",
    "Memory MiB",
)
_PAGE_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto;
padding: 0 1rem; color: #24292f; background: #fff; }
table { border-collapse: collapse; font-size: 13px; margin: 1rem 0; }
td, th { padding: 3px 8px; border-bottom: 1px solid #d0d7de; text-align: right; }
td:first-child, th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left; }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; }
td, th { border-color: #30363d; } }
"""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the report: what it is called, and its SVG."""

    name: str
    title: str
    svg: str


def charts_of(result: UglyResult) -> tuple[Chart, ...]:
    """Return the report's charts."""
    measured = [c for c in result.conditions if not c.problem]
    groups = {c.id: [d for d in measured if d.id == c.id] for c in measured}
    labels = {i: f"{i} {rows[0].title}" for i, rows in groups.items()}
    accuracies = [
        (labels[i], [d for row in rows for d in _accuracy_dots(row)])
        for i, rows in groups.items()
    ]
    directions = [
        (f"{row.name} {row.title}: {name}", [Dot(a.value, a.low, a.high, kind)])
        for row in (result.clean, *measured)
        if row.severity in (0, 3) or not row.is_graded
        for name, a in row.directions.items()
        if a is not None and (kind := _kind(row))
    ]
    retentions = [
        (
            labels[i],
            [
                Dot(r.retention, r.retention, r.retention, _kind(r))
                for r in rows
                if r.retention is not None
            ],
        )
        for i, rows in groups.items()
    ]
    most_ms = max([c.look_ms_p95 for c in measured] + [result.clean.look_ms_p95])
    latencies = [
        (label, [Dot(r.look_ms, r.look_ms, r.look_ms_p95, _kind(r)) for r in rows])
        for label, rows in [
            ("Clean", [result.clean]),
            *((labels[i], rows) for i, rows in groups.items()),
        ]
    ]
    made = [
        Chart(
            "accuracy",
            "Count accuracy, both directions, with its 95 % interval",
            charts.dot_chart(
                "Count accuracy",
                [("Clean", _accuracy_dots(result.clean)), *accuracies],
            ),
        ),
        Chart(
            "directions",
            "Count accuracy by direction: clean, severity 3 and sequences",
            charts.dot_chart("Count accuracy by direction", directions),
        ),
        Chart(
            "retention",
            "Retention beside the clean clip; the marks are what is wanted",
            charts.dot_chart(
                "Retention",
                retentions,
                most=1.25,
                wanted={f"severity {s}": v for s, v in WANTED_RETENTION.items()},
            ),
        ),
        Chart(
            "latency",
            "Time of a look, median to 95th percentile",
            charts.dot_chart(
                "Time of a look", latencies, most=max(1.0, most_ms), unit="ms"
            ),
        ),
    ]
    if result.has_monitor:
        made.append(_silent_chart(groups.values(), labels))
    return tuple(made)


def _silent_chart(
    groups: Iterable[list[ConditionResult]], labels: dict[str, str]
) -> Chart:
    rows = [
        (
            labels[group[0].id],
            [
                Dot(rate, rate, rate, _kind(r))
                for r in group
                if (rate := r.failures.silent_rate) is not None
            ],
        )
        for group in groups
    ]
    return Chart(
        "silent",
        "Windows that were wrong while the camera was green",
        charts.dot_chart(
            "Silent failures", rows, wanted={"at most": WANTED_SILENT_RATE}
        ),
    )


def _accuracy_dots(row: ConditionResult) -> list[Dot]:
    if row.accuracy is None:
        return []
    return [Dot(row.accuracy.value, row.accuracy.low, row.accuracy.high, _kind(row))]


def _kind(row: ConditionResult) -> str:
    return f"s{row.severity}"


def headline(result: UglyResult) -> list[tuple[str, str, str]]:
    """Return the figures that count: name, value, and what is wanted."""
    clean = result.clean.accuracy
    rows = [
        ("Clean count accuracy", _share(clean.value if clean else None), _NONE),
        ("rPC_count", _share(result.rpc_count), f"at least {WANTED_RPC:.0%}"),
    ]
    rows += [
        (
            f"Mean retention, severity {severity}",
            _share(result.retention_at(severity)),
            f"at least {wanted:.0%}, or flagged",
        )
        for severity, wanted in WANTED_RETENTION.items()
    ]
    for severity in (1, 2, 3, None):
        name = "all conditions" if severity is None else f"severity {severity}"
        wanted_text = f"at most {WANTED_SILENT_RATE:.0%}" if severity == 3 else _NONE
        rows.append(
            (
                f"Silent failure rate, {name}",
                _fine_share(result.silent_rate_at(severity)),
                wanted_text,
            )
        )
    return rows


def table(result: UglyResult) -> list[list[str]]:
    """Return the rows of the table of conditions, in words."""
    return [_table_row(row) for row in (result.clean, *result.conditions)]


def _table_row(row: ConditionResult) -> list[str]:
    name = f"{row.name} {row.title}" if row.severity else row.title
    if row.problem:
        return [name, row.amount, f"not measured: {row.problem}", *[""] * 9]
    a, f = row.accuracy, row.failures
    flagged = _NONE if row.flagged_after_s is None else f"{row.flagged_after_s:.0f} s"
    if row.troubles:
        flagged += f" ({row.troubles[0]})"
    return [
        name,
        row.amount,
        f"{a.counted} / {a.true}" if a else _NONE,
        f"{a.value:.0%} ({a.low:.0%} to {a.high:.0%})" if a else _NONE,
        f"{a.bias:+.0%}" if a else _NONE,
        _share(a.worst if a else None),
        _share(row.retention),
        f"{f.failed} of {f.windows}",
        _NONE if f.silent is None else str(f.silent),
        flagged,
        f"{row.look_ms:.1f} ({row.look_ms_p95:.1f})",
        f"{row.memory_mib:.0f}",
    ]


def _share(value: float | None) -> str:
    return _NONE if value is None else f"{value:.0%}"


def _fine_share(value: float | None) -> str:
    # Beside a limit of 2 %, rounding to whole percents would hide a miss.
    return _NONE if value is None else f"{value:.1%}"


def _introduction(result: UglyResult) -> str:
    watched = (
        "A camera quality monitor watched."
        if result.has_monitor
        else "No camera quality monitor watched, so no silent failure rate is given."
    )
    played = "" if result.rate is None else f" at {result.rate:g} pictures a second"
    return (
        f"{result.video}, {result.seconds:.0f} s{played} in windows of "
        f"{result.window_s:g} s, "
        f"model {result.model} ({result.model_sha256[:12]}). Five looks a second, and "
        f"every frame while somebody is near the line. {watched}"
    )


def html(result: UglyResult) -> str:
    """Return the report as one HTML page."""
    figures = "".join(
        f"<tr><td>{escape(name)}</td><td>{value}</td><td>{escape(wanted)}</td></tr>"
        for name, value, wanted in headline(result)
    )
    plots = "".join(
        f"<h2>{escape(chart.title)}</h2>\n{chart.svg}\n" for chart in charts_of(result)
    )
    heads = "".join(f"<th>{escape(c)}</th>" for c in _COLUMNS)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(v)}</td>" for v in row) + "</tr>"
        for row in table(result)
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>Ugly suite: {escape(result.video)}</title>\n"
        f"<style>{_PAGE_STYLE}{charts.STYLE}</style></head><body>\n"
        f"<h1>Ugly suite: {escape(result.video)}</h1>\n"
        f"<p>{escape(_introduction(result))}</p>\n"
        "<table><tr><th>Figure</th><th>Measured</th><th>Wanted</th></tr>"
        f"{figures}</table>\n{charts.legend()}\n{plots}"
        f"<h2>Every condition</h2>\n<table><tr>{heads}</tr>\n{rows}</table>\n"
        "</body></html>\n"
    )


def markdown(result: UglyResult, chart_file: str) -> str:
    """Return the report as Markdown.

    Args:
        result: The outcome.
        chart_file: Name of a chart's file, with ``{}`` for the chart's name.
    """
    lines = [
        f"# Ugly suite: {result.video}",
        "",
        _introduction(result),
        "",
        "| Figure | Measured | Wanted |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in headline(result)),
        "",
    ]
    lines += [
        "In the charts, severities 1 to 3 go from light to dark; grey is the clean clip.",
        "",
    ]
    for chart in charts_of(result):
        lines += [f"## {chart.title}", ""]
        lines += [f"![{chart.title}]({chart_file.format(chart.name)})", ""]
    lines += [
        "## Every condition",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
        *(f"| {' | '.join(row)} |" for row in table(result)),
        "",
    ]
    return "\n".join(lines)
