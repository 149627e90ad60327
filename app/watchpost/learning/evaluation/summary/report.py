"""The report of a run in Markdown, with its charts beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from watchpost.learning.evaluation import charts
from watchpost.learning.evaluation.charts import Dot
from watchpost.learning.evaluation.summary.clip_tables import (
    CHART,
    count_chart,
    count_lines,
)
from watchpost.learning.evaluation.summary.pictures import (
    ModelScore,
    SetResult,
    shared_ap50,
)
from watchpost.learning.evaluation.summary.result import Summary
from watchpost.learning.evaluation.summary.tables import NONE, percent, table, yes
from watchpost.learning.evaluation.summary.ugly_found import UglyFound
from watchpost.learning.evaluation.tracker import (
    TABLE,
    SequenceResult,
    cell,
    figures,
)

REPORT = "README.md"
_DETECTOR_CHART = "detector.svg"


def files_of(summary: Summary) -> dict[str, bytes]:
    """Return the report's files by name; the report itself is the last."""
    files = {}
    if (counts := count_chart(summary.clips)) is not None:
        files[CHART] = charts.alone(counts).encode()
    if (detector := _detector_chart(summary.sets)) is not None:
        files[_DETECTOR_CHART] = charts.alone(detector).encode()
    files["report.json"] = (json.dumps(summary.record(), indent=1) + "\n").encode()
    files[REPORT] = markdown(summary).encode()
    return files


def markdown(summary: Summary) -> str:
    """Return the report."""
    lines = [f"# Watchpost {summary.release}, measured", "", *_verdict(summary)]
    lines += [*_made_by(summary), ""]
    if "counts" in summary.parts:
        lines += count_lines(summary.clips)
    if "detector" in summary.parts:
        lines += _detector_lines(summary.sets)
    if "tracker" in summary.parts:
        lines += _tracker_lines(summary.sequences)
    lines += _ugly_lines(summary.ugly, summary.model.sha256)
    return "\n".join(lines).rstrip() + "\n"


def _verdict(summary: Summary) -> list[str]:
    lines = []
    if said := summary.disagreements():
        lines += ["What is certain and does not agree:", ""]
        lines += [*(f"- {text}" for text in said), ""]
    if troubles := summary.not_measured():
        rows = [(one.what, one.reason) for one in troubles]
        lines += [*table(("Could not be measured", "Why"), rows, words=2), ""]
    return lines or ["All that is certain agrees.", ""]


def _made_by(summary: Summary) -> list[str]:
    model, machine = summary.model, summary.machine
    rows = [
        ("Date", summary.date),
        ("Product", f"Watchpost {summary.release}"),
        (
            "Model",
            f"`{model.path.name}`, {model.input.width} x {model.input.height}, layout "
            f"{model.layout}, SHA-256 `{model.sha256}`",
        ),
        ("It knows", ", ".join(model.classes)),
        ("Command", f"`{summary.command}`"),
        ("Machine", f"{machine.cores} cores, {machine.cpu}, {machine.system}"),
        ("Busy", f"other programs kept {machine.busy:.1f} cores busy at the start"),
        ("Runs on", f"Python {machine.python}, ONNX Runtime {machine.onnxruntime}"),
        ("Parts", ", ".join(summary.parts)),
    ]
    return table(("Measured", ""), rows, words=2)


def _detector_lines(sets: Sequence[SetResult]) -> list[str]:
    lines = [
        "## Detector",
        "",
        "Average precision as COCO measures it, in per cent, over the classes that the "
        "model knows; AP50 asks for an overlap of 0.5, AP50-95 is the mean over 0.5 to "
        "0.95. The time is the network's alone on one thread, all in the same run.",
        "",
    ]
    if _detector_chart(sets) is not None:
        lines += [f"![AP50 beside public models]({_DETECTOR_CHART})", ""]
    for one in sets:
        lines += [f"### {one.name}", ""]
        if one.note or one.problem:
            lines += [one.note or f"Could not be measured: {one.problem}", ""]
        if not one.scores:
            continue
        shared = f" In the chart: {', '.join(one.shared)}." if one.shared else ""
        lines += [f"Pictures learnt from: {yes(one.learnt)}.{shared}", ""]
        lines += [*_model_table(one.scores), "", *_class_table(one), ""]
    return lines


def _model_table(scores: Sequence[ModelScore]) -> list[str]:
    head = (
        "Model",
        "Licence",
        "Input",
        "Classes",
        "AP50",
        "AP50-95",
        "Network ms",
        "Pictures",
    )
    rows = []
    for number, one in enumerate(scores):
        name = f"**{one.title}**" if not number else one.title
        row = [name, one.licence or NONE, f"{one.width} x {one.height}"]
        if one.score is None:
            rows.append([*row, "not measured", *[NONE] * 4])
            continue
        score = one.score
        row += [str(len(score.classes)), _points(score.ap50), _points(score.ap)]
        rows.append([*row, f"{score.network_ms:.1f}", str(score.pictures)])
    return table(head, rows, words=3)


def _class_table(one: SetResult) -> list[str]:
    ours = one.scores[0].score
    if ours is None:
        return []
    measured = [s for s in one.scores if s.score is not None]
    head = ["AP50 / AP50-95", "Objects", *(s.title for s in measured)]
    rows = []
    for name, our in ours.classes.items():
        row = [name, str(our.objects)]
        for other in measured:
            assert other.score is not None
            its = other.score.classes.get(name)
            row.append(f"{_points(its.ap50)} / {_points(its.ap)}" if its else NONE)
        rows.append(row)
    return table(head, rows)


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _detector_chart(sets: Sequence[SetResult]) -> str | None:
    rows = []
    for one in sets:
        if not one.shared:
            continue
        for number, model in enumerate(one.scores):
            if model.score is None:
                continue
            value = shared_ap50(model.score, one.shared)
            label = f"{one.name}: {model.title.partition(',')[0]}"
            kind = "s0" if number else "s2"
            rows.append((label, [Dot(value, value, value, kind)]))
    title = "AP50 of the classes that all models know"
    return charts.dot_chart(title, rows) if rows else None


def _tracker_lines(sequences: Sequence[SequenceResult]) -> list[str]:
    lines = [
        "## Tracker",
        "",
        "One setting for all sequences, every tracker on the same detections, in per "
        "cent; IDSW, FP and FN are numbers. HOTA, DetA and AssA are means over overlaps "
        "of 0.05 to 0.95, the rest is at 0.5. The measures are checked on reference "
        "tracks first.",
        "",
    ]
    rows = [
        [
            one.name,
            "nothing to check by" if one.wrong is None else yes(not one.wrong),
            f"{one.followed.update_ms:.2f}" if one.followed else NONE,
            f"{one.followed.boxes:.1f}" if one.followed else NONE,
            ", ".join(one.behind) or ("none" if one.followed else NONE),
        ]
        for one in sequences
    ]
    head = (
        "Sequence",
        "Measures reproduced",
        "Ms an update",
        "Boxes a frame",
        "Behind",
    )
    lines += [*table(head, rows, words=2), ""] if rows else []
    scores = [
        [one.name, name, *(cell(values, key) for key in TABLE)]
        for one in sequences
        if one.followed is not None
        for name, values in (
            ("**Watchpost**", figures(one.followed.score)),
            *one.peers.items(),
        )
    ]
    columns = ("Sequence", "Tracker", *TABLE)
    return lines + ([*table(columns, scores, words=2), ""] if scores else [])


def _ugly_lines(found: Sequence[UglyFound], model_sha256: str) -> list[str]:
    if not found:
        return []
    rows = [
        [
            f"[{one.name}]({one.report})" if one.report else one.name,
            one.video or NONE,
            yes(one.model_sha256 == model_sha256) if one.model_sha256 else NONE,
            percent(one.clean),
            percent(one.rpc_count),
            percent(one.silent),
            percent(one.silent_worst),
        ]
        for one in found
    ]
    head = (
        "Report",
        "Video",
        "This model",
        "Clean accuracy",
        "rPC_count",
        "Silent failures",
        "at severity 3",
    )
    return [
        "## Under ugly conditions",
        "",
        "Measured by `watchpost evaluate ugly`, not in this run. rPC_count is the mean "
        "share of the clean accuracy that is kept; a silent failure is a window more "
        "than a fifth off while the camera was green.",
        "",
        *table(head, rows, words=3),
        "",
    ]
