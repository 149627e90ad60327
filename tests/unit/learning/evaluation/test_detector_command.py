from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.models import write_detector
from watchpost.cli import main

# What the made model sees in its 64 x 64 input: 4, 20, 36, 36 pixels.
RIGHT = "1 0.3125 0.4375 0.5 0.25\n"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    picture = np.full((64, 64, 3), 200, np.uint8)
    for name, label in (("a", RIGHT), ("b", ""), ("unlabelled", None)):
        _, data = cv2.imencode(".png", picture)
        (tmp_path / "images" / f"{name}.png").write_bytes(data.tobytes())
        if label is not None:
            (tmp_path / "labels" / f"{name}.txt").write_text(label, encoding="utf-8")
    (tmp_path / "classes.txt").write_text("cat\nperson\n", encoding="utf-8")
    model = write_detector(tmp_path / "made.onnx")
    return [
        *("evaluate", "detector", "--images", str(tmp_path / "images")),
        *("--labels", str(tmp_path / "labels")),
        *("--classes", str(tmp_path / "classes.txt"), "--model", str(model)),
    ]


def test_the_model_is_measured_on_what_is_labelled(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--json", str(tmp_path / "out.json")]) == 0
    outcome = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    # Picture b has nobody, and the model sees somebody there as surely as in a.
    assert outcome["pictures"] == 2
    assert outcome["classes"] == {"person": {"objects": 1, "ap50": 1.0, "ap50_95": 1.0}}
    assert outcome["not_measured"] == ["cat"]
    assert outcome["network_ms"] > 0
    told = capsys.readouterr().out
    assert "on 2 pictures" in told
    assert "not known to the model, not measured: cat" in told


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("labels/a.txt", "1 0.5 here 0.5 0.5\n", "Line 1 of"),
        ("labels/a.txt", "\n1 0.5 0.5\n", "Line 2 of"),
        ("classes.txt", "\n", "names no class"),
        ("classes.txt", "cat\ndog\n", "knows none of the classes"),
        ("images/a.png", "no picture", "cannot be decoded"),
        ("made.onnx", "", "empty"),
    ],
)
def test_bad_input_gets_a_sentence(
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str,
    says: str,
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(words) == 2
    assert says in capsys.readouterr().err


def test_folders_that_are_not_there_are_said(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words[words.index("--images") + 1] = str(tmp_path / "none")
    assert main(words) == 2
    assert "no labelled pictures" in capsys.readouterr().err
