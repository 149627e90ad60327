"""``watchpost evaluate all`` on made data; counting itself is replaced by a known one."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from support.evaluated import RIGHT, counted, crossed, write_truth
from support.models import info, write_detector
from watchpost.base.errors import CaptureError
from watchpost.base.files import replace_file
from watchpost.cli import main
from watchpost.edge import evaluate_all, measured_clips, measured_parts, offline
from watchpost.learning.evaluation.counted_file import CountedFile

SEQUENCE = """[Sequence]
name=walk
frameRate=10
seqLength=30
imWidth=640
imHeight=480
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder with one of everything, and a model that is known to be good."""
    root = tmp_path / "data"
    (root / "videos").mkdir(parents=True)
    (root / "videos" / "door.mp4").write_bytes(b"not looked at")
    write_truth(root / "videos" / "door.counts.json", [crossed(2.0)])
    (root / "models").mkdir()
    (root / "models" / "own.onnx").write_bytes(b"not in the catalogue")
    picture = cv2.imencode(".png", np.full((64, 64, 3), 200, np.uint8))[1].tobytes()
    for name in measured_parts.PICTURE_SETS:
        folder = root / "images" / name
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True)
        (folder / "images" / "a.png").write_bytes(picture)
        # What the made model sees in its 64 x 64 input: 4, 20, 36, 36 pixels.
        box = "0 0.3125 0.4375 0.5 0.25\n"
        (folder / "labels" / "a.txt").write_text(box, encoding="utf-8")
        (folder / "classes.txt").write_text("person\ncat\n", encoding="utf-8")
    walk = root / "mot" / "walk"
    for kind, flag in (("gt", 1), ("det", 0.9)):
        rows = [f"{t},1,{20 + 15 * t},100,40,110,{flag},-1,-1,-1" for t in range(1, 31)]
        (walk / kind).mkdir(parents=True)
        (walk / kind / f"{kind}.txt").write_text("\n".join(rows), encoding="utf-8")
    (walk / "seqinfo.ini").write_text(SEQUENCE, encoding="utf-8")
    model = info(write_detector(tmp_path / "made.onnx"))
    monkeypatch.setattr(offline, "model_to_run", lambda _path: model)
    counting(monkeypatch, lambda _rate: [(2.1, RIGHT)])
    return root


def counting(
    monkeypatch: pytest.MonkeyPatch,
    what: Callable[[float | None], list[tuple[float, str]]],
) -> None:
    """Let every video be counted so at a rate."""

    def count(video: Path, *_: Any, rate: float | None, **__: Any) -> CountedFile:
        truth = video.with_name(f"{video.stem}.counts.json")
        return counted(truth, what(rate), video=video.name)

    monkeypatch.setattr(measured_clips, "count_file", count)


def words(data: Path, *more: str) -> list[str]:
    out = data.parent / "out"
    return ["evaluate", "all", "--data", str(data), "--out", str(out), *more]


def report_of(data: Path) -> str:
    return (data.parent / "out" / "README.md").read_text(encoding="utf-8")


def test_everything_is_measured_and_agrees(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    assert main(words(data, "--json", "copy.json")) == 0
    out = data.parent / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        *("README.md", "counts.svg", "detector.svg", "report.json")
    ]
    text = report_of(data)
    assert "| door.mp4 | left to right | yes | 1 | 1 | 1 | 0 |" in text
    assert "| person | 1 | 100.0 / 100.0 |" in text
    assert "| walk | nothing to check by |" in text
    # Nobody's folders stand in what is shared.
    assert "`watchpost evaluate all --data data --out out`" in text
    assert str(data.parent) not in text
    copy = (data.parent / "copy.json").read_bytes()
    assert copy == (out / "report.json").read_bytes()


def test_both_ways_of_looking_are_counted(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(monkeypatch, lambda rate: [(2.1, RIGHT)] if rate is None else [])
    assert main(words(data, "--only", "counts")) == 1
    assert "| door.mp4 | left to right | no | 1 | 1 | 0 | -1 |" in report_of(data)
    assert "does not agree: door.mp4, left to right" in capsys.readouterr().out


def test_only_the_parts_that_are_asked_for(data: Path) -> None:
    shutil.rmtree(data / "videos")
    shutil.rmtree(data / "images")
    assert main(words(data, "--only", "tracker")) == 0
    assert "## Counts" not in report_of(data)
    record = json.loads((data.parent / "out" / "report.json").read_bytes())
    assert record["parts"] == ["tracker"]
    assert list(record["tracker"]["sequences"]) == ["walk"]


@pytest.mark.parametrize("parts", ["counts,ugly", ","])
def test_parts_that_are_none_are_refused(data: Path, parts: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words(data, "--only", parts))
    assert stopped.value.code == 2


def test_classes_that_the_model_does_not_know_are_listed(data: Path) -> None:
    for name, kind in (("belt", "parcel"), ("yard", "person")):
        (data / "videos" / f"{name}.mp4").touch()
        write_truth(data / "videos" / f"{name}.counts.json", [crossed(2.0, kind=kind)])
    write_truth(data / "videos" / "door.counts.json", [], line=None)
    (data / "videos" / "bare.mp4").touch()
    assert main(words(data, "--only", "counts")) == 0
    text = report_of(data)
    row = "| belt.mp4 | not known to this model | The model does not know parcel. |"
    assert row in text
    assert "| door.mp4 | not counted | Its truth file speaks of no line. |" in text
    assert "| bare.mp4 | not counted | There is no bare.counts.json. |" in text
    assert "| yard.mp4 | left to right | yes |" in text


@pytest.mark.parametrize("gone", ["videos", "models", "images/pennfudan", "mot"])
def test_a_missing_folder_is_a_row(data: Path, gone: str) -> None:
    shutil.rmtree(data / gone)
    assert main(words(data)) == 1
    text = report_of(data)
    assert f"| {gone.removeprefix('images/')} | " in text.partition("| Measured |")[0]
    # The rest is there.
    assert ("| walk | " in text) == (gone != "mot")
    assert ("| door.mp4 | left to right |" in text) == (gone != "videos")


def test_a_video_that_cannot_be_read_is_a_row(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(video: Path, *_: Any, **__: Any) -> CountedFile:
        offline.frames_in(video)
        raise AssertionError

    monkeypatch.setattr(measured_clips, "count_file", count)
    (data / "videos" / "torn.counts.json").write_text("{", encoding="utf-8")
    (data / "videos" / "torn.mp4").touch()
    write_truth(data / "videos" / "gone.counts.json", [crossed(1.0)])
    assert main(words(data, "--only", "counts")) == 1
    text = report_of(data)
    assert "door.mp4 cannot be read as a video." in text
    assert "torn.counts.json cannot be read" in text
    assert "| gone | There is no video beside gone.counts.json. |" in text


def test_a_sequence_that_cannot_be_read_is_a_row(data: Path) -> None:
    shutil.copytree(data / "mot" / "walk", data / "mot" / "run")
    (data / "mot" / "run" / "seqinfo.ini").unlink()
    assert main(words(data, "--only", "tracker")) == 1
    text = report_of(data)
    assert "| run | " in text
    assert "| walk | " in text


def test_a_public_model_is_known_by_its_digest(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = measured_parts.read_catalogue()[0]
    monkeypatch.setattr(measured_parts, "_is_file_of", lambda e, _path: e == entry)
    public = info(write_detector(data / "models" / "own.onnx"), ("thing", "other"))
    monkeypatch.setattr(measured_parts, "inspect_model", lambda *_, **__: public)
    assert main(words(data, "--only", "detector")) == 0
    assert entry.title not in report_of(data)
    other = info(write_detector(data / "models" / "own.onnx", names=("person", "x")))
    monkeypatch.setattr(measured_parts, "inspect_model", lambda *_, **__: other)
    assert main(words(data, "--only", "detector")) == 0
    row = f"| {entry.title} | {entry.licence} | 64 x 64 | 1 | 100.0 |"
    assert row in report_of(data)

    def refused(*_: Any, **__: Any) -> None:
        raise CaptureError("It is damaged.", todo="Copy it again.")

    monkeypatch.setattr(measured_parts, "inspect_model", refused)
    assert main(words(data, "--only", "detector")) == 1
    assert f"| {entry.title} | It is damaged. Copy it again. |" in report_of(data)


def test_an_interrupted_run_leaves_what_was_there(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_rate: float | None) -> list[tuple[float, str]]:
        raise KeyboardInterrupt

    counting(monkeypatch, interrupted)
    assert main(words(data)) == 130
    assert not (data.parent / "out").exists()


def test_ctrl_c_while_the_report_is_written_waits_for_the_rest(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, content: bytes) -> None:
        if path.name == "counts.svg":
            signal.raise_signal(signal.SIGINT)
        replace_file(path, content)

    monkeypatch.setattr(evaluate_all, "replace_file", write)
    assert main(words(data, "--only", "counts")) == 130
    assert "| door.mp4 | left to right | yes |" in report_of(data)


def test_what_cannot_be_done_is_said(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(data / "none")) == 2
    assert "There is no data folder" in capsys.readouterr().err
    (data.parent / "out").write_text("a file", encoding="utf-8")
    assert main(words(data)) == 2
    assert "is a file" in capsys.readouterr().err


@pytest.mark.data
def test_a_real_video_is_counted_both_ways(shared_data: Path, tmp_path: Path) -> None:
    videos = tmp_path / "data" / "videos"
    videos.mkdir(parents=True)
    for name in ("car-topdown.mp4", "car-topdown.counts.json"):
        (videos / name).symlink_to(shared_data / "videos" / name)
    (videos / "torn.mp4").write_bytes(b"no video")
    write_truth(videos / "torn.counts.json", [crossed(1.0)])
    assert main(words(tmp_path / "data", "--only", "counts")) == 1
    text = report_of(tmp_path / "data")
    assert "| car-topdown.mp4 | up | yes | 2 | 2 | 2 | 0 | 0 + 0 | 0 + 0 |" in text
    assert "| car-topdown.mp4 | car | yes | yes | certain |" in text
    assert "torn.mp4 cannot be read as a video." in text
    record = json.loads((tmp_path / "out" / "report.json").read_bytes())
    one = next(c for c in record["counts"] if c["video"] == "car-topdown.mp4")
    assert one["live"]["looks"] < one["every_frame"]["looks"]
