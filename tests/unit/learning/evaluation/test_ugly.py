"""The ugly suite on a made clip: a bright square crosses a line, and a model sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest

from support.models import info, write_spot_detector
from watchpost.base.errors import WatchpostError
from watchpost.cli import main
from watchpost.domain.quality import QualityReport, QualityTrouble
from watchpost.domain.rules import Line
from watchpost.learning.corruptions import coding
from watchpost.learning.corruptions.pictures import Picture
from watchpost.learning.corruptions.suite import chosen
from watchpost.learning.corruptions.view import Tilted
from watchpost.learning.evaluation.counts import read_truth
from watchpost.learning.evaluation.playing import Eye, pictures, play, seen_through
from watchpost.learning.evaluation.ugly import UglyPlan, run_suite
from watchpost.learning.evaluation.ugly_report import html, markdown
from watchpost.learning.evaluation.ugly_result import UglyResult

_FPS = 8
_SIDE = 160
_PASS_S = 4.0
_PASSES = 2


def where(t_s: float) -> float:
    """Return the square's middle, x in pixels: to the right, back, and so on."""
    number, into = divmod(t_s, _PASS_S)
    share = into / _PASS_S if number % 2 == 0 else 1 - into / _PASS_S
    return 20 + share * (_SIDE - 40)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "square.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(_FPS))
        stream.width = stream.height = _SIDE
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 2_000_000
        for index in range(round(_PASSES * _PASS_S * _FPS)):
            bgr = np.full((_SIDE, _SIDE, 3), 40, np.uint8)
            left = round(where(index / _FPS)) - 12
            bgr[58:82, left : left + 24] = 235
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(bgr, format="bgr24"))
            )
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def truth_file(clip: Path) -> Path:
    path = clip.with_suffix(".counts.json")
    crossings = [
        {
            "t_s": (number + 0.5) * _PASS_S,
            "direction": "right_to_left" if number % 2 else "left_to_right",
            "class": "person",
        }
        for number in range(_PASSES)
    ]
    raw = {
        "frame_size": [_SIDE, _SIDE],
        "line": [_SIDE / 2, 0, _SIDE / 2, _SIDE],
        "anchor": "box centre",
        "crossings": crossings,
        "certain": True,
        "tolerance_s": 1.0,
    }
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_spot_detector(tmp_path_factory.mktemp("model") / "spot.onnx")


@pytest.fixture(scope="module")
def eye(detector: Path) -> Eye:
    return Eye(info(detector))


class DarkMonitor:
    """Distrusts pictures whose bright square is dark."""

    def arrived(self, pts_ns: int) -> None:
        """Nothing to note."""

    def look(self, bgr: Picture, at_ns: int) -> QualityReport:
        dark = bool(bgr.max() < 150)
        return QualityReport(at_ns, (QualityTrouble.DARK,) if dark else ())


class GreenMonitor:
    def arrived(self, pts_ns: int) -> None:
        """Nothing to note."""

    def look(self, bgr: Picture, at_ns: int) -> QualityReport:
        del bgr
        return QualityReport(at_ns)


def suite_on(
    clip: Path,
    truth_file: Path,
    eye: Eye,
    ids: str,
    monitor: Callable[[], DarkMonitor | GreenMonitor] | None = None,
    severities: tuple[int, ...] = (1, 2, 3),
) -> UglyResult:
    conditions = chosen(ids.split(","))
    plan = UglyPlan(clip, read_truth(truth_file), conditions, severities, _PASS_S)
    return run_suite(plan, eye, make_monitor=monitor)


def test_the_clean_clip_is_counted_in_both_directions(
    clip: Path, truth_file: Path, eye: Eye
) -> None:
    result = suite_on(clip, truth_file, eye, "Q2").clean
    assert result.accuracy is not None
    assert (result.accuracy.counted, result.accuracy.true) == (_PASSES, _PASSES)
    assert result.accuracy.value == result.retention == 1.0
    assert {a.counted for a in result.directions.values() if a} == {_PASSES // 2}
    assert result.failures.failed == 0
    assert result.frames == _PASSES * _PASS_S * _FPS
    assert 0 < result.looks <= result.frames


def test_darkness_costs_counts_and_a_monitor_makes_it_no_silent_failure(
    clip: Path, truth_file: Path, eye: Eye
) -> None:
    seen = suite_on(clip, truth_file, eye, "U5", DarkMonitor, (1, 3))
    mild, worst = seen.conditions
    assert (mild.name, worst.name) == ("U5.1", "U5.3")
    assert worst.accuracy is not None
    assert worst.accuracy.value == 0.0
    assert worst.accuracy.bias == -1.0
    assert worst.retention == 0.0
    assert (worst.failures.failed, worst.failures.silent) == (_PASSES, 0)
    assert worst.flagged_after_s == 0.0
    assert worst.troubles == ("dark",)
    assert seen.clean.flagged_after_s is None
    assert seen.silent_rate_at(3) == 0.0
    blind = suite_on(clip, truth_file, eye, "U5", GreenMonitor, (3,))
    assert blind.conditions[0].failures.silent == _PASSES
    assert blind.silent_rate_at(3) == 1.0
    unwatched = suite_on(clip, truth_file, eye, "U5", None, (3,))
    assert unwatched.silent_rate_at(3) is None
    kept = [c.retention for c in seen.conditions if c.retention is not None]
    assert seen.rpc_count == pytest.approx(np.mean(kept))


def test_lost_frames_do_not_arrive_and_sequences_are_not_part_of_the_mean(
    clip: Path, truth_file: Path, eye: Eye
) -> None:
    result = suite_on(clip, truth_file, eye, "U16,Q8", None, (3,))
    lost = result.conditions[0]
    assert lost.frames < 0.85 * result.clean.frames
    knocked = result.conditions[-1]
    assert (knocked.name, knocked.is_graded) == ("Q8", False)
    assert result.rpc_count == pytest.approx(
        np.mean([c.retention or 0.0 for c in result.conditions[:1]])
    )


def test_a_line_is_drawn_anew_in_a_tilted_view(
    clip: Path, truth_file: Path, eye: Eye
) -> None:
    line = read_truth(truth_file).line
    view = Tilted(3, seed=1)
    moved = seen_through(line, view, _SIDE, _SIDE)
    assert abs(moved.ax - moved.bx) > 0.1
    played = play(clip, line, eye, view)
    assert len(played.crossings) == _PASSES


def test_a_missing_encoder_is_told_and_the_rest_is_measured(
    clip: Path, truth_file: Path, eye: Eye, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding, "has_encoder", lambda: False)
    result = suite_on(clip, truth_file, eye, "U12,Q2", None, (1,))
    assert "libx264" in result.conditions[0].problem
    assert result.conditions[1].problem == ""
    assert result.rpc_count is None
    assert "libx264" in html(result)


def test_pictures_come_in_the_order_of_showing(clip: Path) -> None:
    times = [t for t, _ in pictures(clip)]
    assert times == pytest.approx([i / _FPS for i in range(len(times))], abs=0.002)


def test_a_file_that_is_no_video_is_told(tmp_path: Path, eye: Eye) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("no video", encoding="utf-8")
    with pytest.raises(WatchpostError, match="video"):
        play(path, Line("l", "Line", 0.5, 0.1, 0.5, 0.9), eye)


def test_the_command_writes_what_it_is_asked_for(
    clip: Path,
    truth_file: Path,
    detector: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for report in ("r.html", "r.md"):
        code = main(
            [
                *("evaluate", "ugly", str(clip), "--truth", str(truth_file)),
                *("--model", str(detector), "--only", "u6,Q1", "--severities", "1,3"),
                *("--seconds", "10", "--window", "4"),
                *(
                    "--json",
                    str(tmp_path / "r.json"),
                    "--report",
                    str(tmp_path / report),
                ),
            ]
        )
        assert code == 0
    shown = capsys.readouterr().out
    assert "U6.3" in shown
    assert "rPC_count" in shown
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [(c["id"], c["severity"]) for c in record["conditions"]] == [
        ("U6", 1),
        ("U6", 3),
        ("Q1", 2),
    ]
    assert record["clean"]["accuracy"]["true"] == 2
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count("</svg>") == 6
    words = (tmp_path / "r.md").read_text(encoding="utf-8")
    charts = sorted(tmp_path.glob("r-*.svg"))
    assert len(charts) == 5
    for chart in charts:
        assert chart.name in words
        ElementTree.fromstring(chart.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--report", "r.pdf"], "pdf"),
        (["--only", "U99"], "U99"),
        (["--window", "0"], "more than 0"),
        (["--rate", "0"], "more than 0"),
    ],
)
def test_a_wrong_wish_is_told(
    clip: Path,
    truth_file: Path,
    detector: Path,
    arguments: list[str],
    what: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(
        [
            *("evaluate", "ugly", str(clip), "--truth", str(truth_file)),
            *("--model", str(detector), *arguments),
        ]
    )
    assert code != 0
    assert what in capsys.readouterr().err


def test_the_report_names_everything_measured(
    clip: Path, truth_file: Path, eye: Eye
) -> None:
    result = suite_on(clip, truth_file, eye, "U1,Q4", GreenMonitor, (2,))
    for text in (html(result), markdown(result, "x-{}.svg")):
        for words in ("U1.2 Out of focus", "Q4 Headlights", "rPC_count", "Silent"):
            assert words in text


def test_a_lower_rate_leaves_pictures_out_and_counts_the_same(
    clip: Path, truth_file: Path, eye: Eye
) -> None:
    line = read_truth(truth_file).line
    played = play(clip, line, eye, rate=_FPS / 2)
    assert played.frames == _PASSES * _PASS_S * _FPS / 2
    assert len(played.crossings) == _PASSES
    assert play(clip, line, eye, rate=100.0).frames == _PASSES * _PASS_S * _FPS


def test_a_run_goes_on_from_what_was_kept(
    clip: Path,
    truth_file: Path,
    detector: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept, outcome = tmp_path / "kept.jsonl", tmp_path / "r.json"

    def measure(only: str, window: str = "4") -> int:
        return main(
            [
                *("evaluate", "ugly", str(clip), "--truth", str(truth_file)),
                *("--model", str(detector), "--only", only, "--severities", "3"),
                *("--window", window, "--resume", str(kept), "--json", str(outcome)),
            ]
        )

    def conditions() -> list[dict[str, object]]:
        record = json.loads(outcome.read_text(encoding="utf-8"))
        rows: list[dict[str, object]] = record["conditions"]
        return rows

    assert measure("U6") == 0
    before = conditions()
    with kept.open("a", encoding="utf-8") as file:
        file.write('{"id": "U1", "ti')  # as a power cut leaves it
    assert measure("U6,Q2") == 0
    # Wall time and memory are those of the first run: it was not measured again.
    assert conditions()[0] == before[0]
    assert [row["id"] for row in conditions()] == ["U6", "Q2"]
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 3
    assert measure("U6", window="2") != 0
    assert "another video, model, version or window" in capsys.readouterr().err
    kept.write_text("no results\n", encoding="utf-8")
    assert measure("U6") != 0
