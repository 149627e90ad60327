from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import pytest

from watchpost.base.errors import LearningError
from watchpost.cli import main
from watchpost.learning import torch_extra
from watchpost.learning.command import parse_size

RECIPE = """
name = "tiny"
classes = ["person"]
width = 64
height = 64
epochs = 1
batch = 2
learning_rate = 0.01
"""


def words(folder: Path, **changes: str) -> list[str]:
    (folder / "tiny.toml").write_text(RECIPE, encoding="utf-8")
    given = {"--data": str(folder), "--out": str(folder / "tiny.onnx"), **changes}
    return ["train", str(folder / "tiny.toml"), *(w for p in given.items() for w in p)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"--out": "model.pt"}, "Let --out end in .onnx"),
        ({"--data": "/nowhere/at/all"}, "There is no folder"),
        ({"--threads": "0"}, "--threads 0 is too small"),
        ({"--minutes": "-1"}, "--minutes -1.0 is too small"),
    ],
)
def test_wrong_arguments_are_said_in_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    says: str,
) -> None:
    assert main(words(tmp_path, **changes)) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "tiny.onnx").exists()


def test_without_torch_the_line_that_installs_it_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = importlib.util.find_spec

    def find_no_torch(name: str, package: str | None = None) -> object:
        return None if name == "torch" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_no_torch)
    with pytest.raises(LearningError, match="torch"):
        torch_extra.require()
    assert main(words(tmp_path)) == 2
    assert "pip install 'watchpost[train]'" in capsys.readouterr().err


def test_sizes_are_read() -> None:
    assert parse_size("416x256") == (416, 256)


@pytest.mark.parametrize("text", ["416", "x", "416x", "-1x5", "a x b"])
def test_odd_sizes_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="WxH"):
        parse_size(text)
