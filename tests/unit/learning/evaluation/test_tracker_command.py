from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from watchpost.base.errors import LearningError
from watchpost.cli import main
from watchpost.learning.evaluation.mot import find_sequences, read_sequence
from watchpost.learning.evaluation.tracker import live_peers, wrong_measures
from watchpost.learning.evaluation.tracking_peers import installed_peers

INFO = """[Sequence]
name=walk
frameRate=10
seqLength=30
imWidth=640
imHeight=480
"""


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    """Return a sequence of two people who walk towards each other and pass."""
    folder = tmp_path / "mot" / "walk"
    truth, seen = [], []
    for t in range(1, 31):
        for name, left in ((1, 20 + 15 * t), (2, 560 - 15 * t)):
            top = 100 if name == 1 else 160
            truth.append(f"{t},{name},{left},{top},40,110,1,-1,-1,-1")
            seen.append(f"{t},-1,{left + t % 3},{top},40,110,0.9,-1,-1,-1")
    for name, lines in (("gt", truth), ("det", seen)):
        (folder / name).mkdir(parents=True)
        text = "\n".join(lines) + "\n"
        (folder / name / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "seqinfo.ini").write_text(INFO, encoding="utf-8")
    return folder


def test_people_who_pass_each_other_keep_their_names(
    walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = walk.parent / "out.json"
    report = walk.parent / "out.md"
    words = ["evaluate", "tracker", "--mot", str(walk), "--peers"]
    assert main([*words, "--json", str(out), "--report", str(report)]) == 0
    assert "| **Watchpost** | " in report.read_text(encoding="utf-8")
    outcome = json.loads(out.read_text(encoding="utf-8"))
    score = outcome["sequences"]["walk"]["score"]
    assert score["switches"] == 0
    # The first frame of a track is not shown: one box is not yet a track.
    assert (score["misses"], score["false_positives"]) == (2, 0)
    assert score["idf1"] > 0.98
    assert "walk: 30 frames at 10 a second, 2.0 boxes each" in capsys.readouterr().out


def test_installed_peers_follow_both_people(walk: Path) -> None:
    if not installed_peers():
        pytest.skip("needs supervision 0.29.1, trackers or norfair beside the product")
    for name, figures in live_peers(read_sequence(walk)).items():
        assert figures["IDSW"] == 0, name
        assert figures["IDF1"] > 70, name


def test_a_better_peer_is_said(walk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    perfect = {"HOTA": 100.0, "IDF1": 100.0, "MOTA": 100.0, "IDSW": 0}
    peers = {"results": {"Oracle": {"walk": perfect}}}
    (walk.parent / "baselines.json").write_text(json.dumps(peers), encoding="utf-8")
    assert main(["evaluate", "tracker", "--mot", str(walk.parent)]) == 1
    assert "BEHIND Oracle (HOTA), Oracle (IDF1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("gt/gt.txt", "1,1,2,3\n", "Line 1 of"),
        ("gt/gt.txt", "1,1,2,3,4,nan,1\n", "Line 1 of"),
        ("gt/gt.txt", "", "is empty"),
        ("seqinfo.ini", "[Sequence]\nframeRate=10\n", "cannot be read"),
        ("seqinfo.ini", INFO.replace("=10", "=0"), "not above zero"),
    ],
)
def test_bad_input_gets_a_sentence(walk: Path, name: str, text: str, says: str) -> None:
    (walk / name).write_text(text, encoding="utf-8")
    with pytest.raises(LearningError, match=says):
        read_sequence(walk)


def test_a_folder_without_sequences_is_said(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="no sequence"):
        find_sequences(tmp_path)


@pytest.mark.data
def test_the_measures_of_public_tracks_are_reproduced(
    shared_data: Path, tmp_path: Path
) -> None:
    checked = 0
    for folder in find_sequences(shared_data / "mot"):
        if (folder / "ref_tracker").is_dir():
            assert wrong_measures(folder, read_sequence(folder)) == []
            checked += 1
    assert checked == 3
    # And the check can fail: everybody under two names by turns.
    spoilt = tmp_path / "TUD-Campus"
    shutil.copytree(shared_data / "mot" / "TUD-Campus", spoilt)
    tracks = spoilt / "ref_tracker" / "tracks.txt"
    rows = [row.split(",") for row in tracks.read_text(encoding="utf-8").splitlines()]
    renamed = [[f, i + "0" * (int(f) % 2), *rest] for f, i, *rest in rows]
    text = "\n".join(",".join(row) for row in renamed)
    tracks.write_text(text, encoding="utf-8")
    assert wrong_measures(spoilt, read_sequence(spoilt))


@pytest.mark.data
def test_no_peer_is_better_on_public_detections(shared_data: Path) -> None:
    assert main(["evaluate", "tracker", "--mot", str(shared_data / "mot")]) == 0
