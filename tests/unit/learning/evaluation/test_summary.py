"""The report of a run, from known results."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.evaluated import LEFT, RIGHT, counted, crossed, write_truth
from support.models import info
from watchpost.learning.evaluation.charts import Bar, bar_chart
from watchpost.learning.evaluation.counted_file import CountedFile
from watchpost.learning.evaluation.detector import DetectorScore
from watchpost.learning.evaluation.precision import ClassScore
from watchpost.learning.evaluation.summary.clips import (
    ClipResult,
    ClipState,
    found_in,
)
from watchpost.learning.evaluation.summary.learnt import learnt_from
from watchpost.learning.evaluation.summary.machine import Machine, this_machine
from watchpost.learning.evaluation.summary.pictures import ModelScore, SetResult
from watchpost.learning.evaluation.summary.report import files_of, markdown
from watchpost.learning.evaluation.summary.result import Summary, Trouble
from watchpost.learning.evaluation.summary.tables import table
from watchpost.learning.evaluation.summary.ugly_found import find_ugly
from watchpost.learning.evaluation.tracker import SequenceResult
from watchpost.learning.evaluation.values import (
    Quantity,
    SecondScore,
    TrueValues,
    ValueScore,
)

MACHINE = Machine("Linux x86_64", "Some CPU", 2, "3.11.7", "1.32.0", 0.25)


@pytest.fixture
def summary(tmp_path: Path) -> Summary:
    model = tmp_path / "made.onnx"
    model.write_bytes(b"a model")
    return Summary(
        "0.1.0",
        "2026-04-14",
        "watchpost evaluate all --data data --out out",
        info(model),
        MACHINE,
        ("counts", "detector", "tracker"),
    )


@pytest.fixture
def truth_file(tmp_path: Path) -> Path:
    rows = [crossed(2.0), crossed(12.0), crossed(22.0), crossed(32.0, LEFT)]
    return write_truth(tmp_path / "door.counts.json", rows)


def clip_of(
    truth_file: Path,
    every: list[tuple[float, str]],
    live: list[tuple[float, str]] | None = None,
) -> ClipResult:
    return ClipResult(
        "door.mp4",
        ClipState.COUNTED,
        classes=("person",),
        learnt=False,
        every=counted(truth_file, every, looks=400),
        live=counted(truth_file, every if live is None else live, looks=100),
    )


ALL = [(2.1, RIGHT), (12.0, RIGHT), (22.0, RIGHT), (32.0, LEFT)]


def test_what_agrees_is_a_row_with_every_figure(
    summary: Summary, truth_file: Path
) -> None:
    one = replace(summary, clips=(clip_of(truth_file, ALL),))
    assert one.agrees
    text = markdown(one)
    assert "All that is certain agrees." in text
    row = (
        "| door.mp4 | left to right | yes | 3 | 3 | 3 | 0 | 0 + 0 | 0 + 0 "
        "| 100.0 % (100 to 100) | 100.0 % (100 to 100) |"
    )
    assert row in text
    # The exact interval says how little four crossings prove.
    assert "| all | 4 | 4, 100.0 % (40 to 100) |" in text
    assert "| door.mp4 | person | yes | no | certain | 10.0 | 2.5 | 25 % |" in text
    assert "| Machine | 2 cores, Some CPU, Linux x86_64 |" in text
    assert f"SHA-256 `{one.model.sha256}`" in text


def test_misses_false_counts_and_differences_are_told(
    summary: Summary, truth_file: Path
) -> None:
    every = [(12.0, RIGHT), (22.0, RIGHT), (32.0, LEFT)]
    live = [*every, (38.0, LEFT)]
    one = replace(summary, clips=(clip_of(truth_file, every, live),))
    assert not one.agrees
    right, left = sorted(one.clips[0].directions, key=lambda d: d.direction)
    assert (right.every.missed, right.every.false, right.difference) == (1, 0, 0)
    assert (left.live.missed, left.live.false, left.difference) == (0, 1, 1)
    text = markdown(one)
    assert "- door.mp4, left to right: counted 2 at every frame and 2 as live" in text
    assert "- door.mp4, right to left: +1 as live beside every frame" in text
    assert "| door.mp4 | right to left | no | 1 | 1 | 2 | +1 | 0 + 0 | 0 + 1 |" in text
    found = found_in(one.clips)
    assert (found.every.count, found.every.total, found.false_live) == (3, 4, 1)


def test_an_uncertain_hand_count_costs_nothing_but_a_difference_does(
    summary: Summary, tmp_path: Path
) -> None:
    rows = [crossed(2.0), crossed(12.0), crossed(22.0)]
    unsure = write_truth(tmp_path / "u.counts.json", rows, certain=False, doubt=1)
    only = [(2.0, RIGHT)]
    one = replace(summary, clips=(clip_of(unsure, only),))
    assert one.agrees
    assert "| no, but the truth is not certain | 3 ± 1 | 1 | 1 | 0 |" in markdown(one)
    two = replace(summary, clips=(clip_of(unsure, only, [*only, (12.0, RIGHT)]),))
    assert two.disagreements() == [
        "door.mp4, left to right: +1 as live beside every frame"
    ]


def test_optional_crossings_are_left_out_of_all_but_the_difference(
    summary: Summary, tmp_path: Path
) -> None:
    rows = [crossed(2.0), crossed(12.0, optional=True)]
    path = write_truth(tmp_path / "o.counts.json", rows)
    clip = clip_of(path, [(2.0, RIGHT), (12.0, RIGHT)], [(2.0, RIGHT)])
    row = next(d for d in clip.directions if d.direction == RIGHT)
    assert (row.true, row.optional, row.every.counted, row.live.missed) == (1, 1, 1, 0)
    assert row.agrees
    assert row.difference == -1


def test_videos_that_were_not_counted_are_listed(summary: Summary) -> None:
    one = replace(
        summary,
        clips=(
            ClipResult("a.mp4", ClipState.NOT_KNOWN, "The model does not know bolt."),
            ClipResult("b.mp4", ClipState.NOT_COUNTED, "No line."),
            ClipResult("c.mp4", ClipState.FAILED, "c.mp4 cannot be read."),
        ),
    )
    text = markdown(one)
    row = "| a.mp4 | not known to this model | The model does not know bolt. |"
    assert row in text
    assert "| b.mp4 | not counted | No line. |" in text
    assert "| c.mp4 | c.mp4 cannot be read. |" in text
    assert not one.agrees
    assert replace(one, clips=one.clips[:2]).agrees


def test_seconds_of_a_shelf_stand_beside_the_counts(
    summary: Summary, tmp_path: Path
) -> None:
    truth = TrueValues(Quantity.FACINGS, "bottle", ())
    seconds = tuple(SecondScore(t, 3, 3 if t else 2) for t in range(10))
    shelf = CountedFile("s.mp4", None, None, (ValueScore(truth, seconds, (9, 1, 0)),))
    clip = ClipResult("s.mp4", ClipState.COUNTED, every=shelf, live=shelf)
    one = replace(summary, clips=(clip,))
    text = markdown(one)
    assert "| s.mp4 | facings (bottle) | as live | no | 9 of 10 | 90.0 % (" in text
    assert "- s.mp4, facings as live: 9 of 10 seconds right" in text
    assert not one.agrees


def test_models_stand_side_by_side(summary: Summary) -> None:
    def score(ms: float, **ap50: float) -> DetectorScore:
        classes = {n: ClassScore(10, v, v / 2) for n, v in ap50.items()}
        return DetectorScore(5, classes, ms)

    models = (
        ModelScore("made.onnx", "", "a", 64, 64, score(1.5, person=0.8, car=0.4)),
        ModelScore("Fast", "MIT", "b", 32, 32, score(2.5, person=0.6)),
        ModelScore("Lost", "MIT", "c", 32, 32, None, "It cannot be run."),
    )
    one = replace(
        summary,
        sets=(
            SetResult("streets", False, models),
            SetResult("faces", note="None of its classes is known to this model."),
        ),
    )
    text = markdown(one)
    assert "| **made.onnx** | - | 64 x 64 | 2 | 60.0 | 30.0 | 1.5 | 5 |" in text
    assert "| person | 10 | 80.0 / 40.0 | 60.0 / 30.0 |" in text
    assert "| car | 10 | 40.0 / 20.0 | - |" in text
    assert "| streets, Lost | It cannot be run. |" in text
    assert "### faces\n\nNone of its classes is known" in text
    assert "Pictures learnt from: no. In the chart: person." in text
    assert b"streets: Fast" in files_of(one)["detector.svg"]


def test_wrong_measures_and_better_peers_do_not_agree(summary: Summary) -> None:
    wrong = SequenceResult("walk", 30, 10.0, ("HOTA 0.5 instead of 0.6",), None)
    one = replace(summary, sequences=(wrong,), troubles=(Trouble("mot", "Why."),))
    assert one.disagreements() == [
        "walk: measures are not reproduced: HOTA 0.5 instead of 0.6"
    ]
    text = markdown(one)
    assert "| walk | no | - | - | - |" in text
    assert "| mot | Why. |" in text


def test_ugly_reports_that_lie_there_are_linked(
    summary: Summary, tmp_path: Path
) -> None:
    figures = {
        "video": "door.mp4",
        "model_sha256": summary.model.sha256,
        "clean": {"accuracy": {"value": 1.0}},
        "rpc_count": 0.81,
        "silent_failure_rate": 0.015,
        "silent_failure_rate_by_severity": {"1": 0.0, "2": None, "3": 0.02},
    }
    (tmp_path / "ugly-door.json").write_text(json.dumps(figures), encoding="utf-8")
    (tmp_path / "ugly-bad.json").write_text("[]", encoding="utf-8")
    for name in ("door", "bad", "bare"):
        (tmp_path / f"ugly-{name}.md").write_text("# Ugly", encoding="utf-8")
    one = replace(summary, ugly=find_ugly(tmp_path))
    text = markdown(one)
    assert (
        "| [ugly-door](ugly-door.md) | door.mp4 | yes | 100.0 % | 81.0 % | 1.5 % | 2.0 % |"
    ) in text
    assert "| [ugly-bare](ugly-bare.md) | - | - | - | - | - | - |" in text
    assert [t.what for t in one.not_measured()] == ["ugly-bad"]


def test_parts_that_were_left_out_are_not_in_the_report(summary: Summary) -> None:
    text = markdown(replace(summary, parts=("tracker",)))
    assert "## Tracker" in text
    assert "## Counts" not in text
    assert "## Detector" not in text


def test_files_are_readable_by_programs(summary: Summary, truth_file: Path) -> None:
    files = files_of(replace(summary, clips=(clip_of(truth_file, ALL),)))
    assert list(files) == ["counts.svg", "report.json", "README.md"]
    record = json.loads(files["report.json"])
    assert record["agrees"]
    assert record["counts"][0]["directions"][0]["difference"] == 0
    assert record["counts"][0]["live"]["looks"] == 100
    ElementTree.fromstring(files["counts.svg"])


def test_bars_are_named_once_in_the_order_they_come() -> None:
    good = [Bar(3, "s0", "true"), Bar(3, "s2", "as live")]
    bad = [Bar(3, "s0", "true"), Bar(2, "bad", "does not agree")]
    svg = bar_chart("A & B", [("in", good), ("out", bad), ("in", good)])
    said = [t.text for t in ElementTree.fromstring(svg).iter() if t.text]
    keys = ["true", "as live", "does not agree"]
    assert [text for text in said if text in keys] == keys
    assert "out: 2 does not agree" in said


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert table(("a", "b"), [("x|y", "1\n2")])[-1] == "| x\\|y | 1 2 |"


def test_a_card_of_another_file_says_nothing(summary: Summary) -> None:
    model = summary.model
    assert learnt_from(model) is None
    used = [{"name": "door.mp4", "pictures": 3}, {"name": "teacher", "pictures": 0}]
    card = {"sha256": model.sha256, "data": used}
    path = model.path.with_suffix(".json")
    path.write_text(json.dumps(card), encoding="utf-8")
    assert learnt_from(model) == {"door.mp4"}
    path.write_text(json.dumps(card | {"sha256": "other"}), encoding="utf-8")
    assert learnt_from(model) is None


def test_this_machine_has_a_name_for_everything() -> None:
    machine = this_machine()
    assert machine.cpu
    assert machine.cores >= 1
    assert machine.python.startswith("3.")
