"""``watchpost models`` as a person at a terminal meets it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.file_server import saying, serving
from support.models import CLASSES, write_detector
from watchpost import cli
from watchpost.base.paths import DataFolder
from watchpost.edge import fetching, models_command
from watchpost.edge.catalogue import CatalogueEntry, find, read_catalogue
from watchpost.edge.stores import open_stores


@pytest.fixture(scope="module")
def onnx(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_detector(tmp_path_factory.mktemp("m") / "made.onnx").read_bytes()


@pytest.fixture
def listed(onnx: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[CatalogueEntry]:
    """The catalogue lists one model, and a server on this computer gives it out."""
    with serving(onnx) as files:
        entry = replace(
            find(read_catalogue(), "light-person-192"),
            name="made",
            url=files.url,
            size=len(onnx),
            sha256=hashlib.sha256(onnx).hexdigest(),
        )
        for module in (fetching, models_command):
            monkeypatch.setattr(module, "read_catalogue", lambda: (entry,))
        yield entry


def test_the_list_names_licence_origin_and_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "list.json"
    assert cli.main(["models", "list", "--json", str(told)]) == 0
    assert "yolox-nano-416" in capsys.readouterr().out
    first = json.loads(told.read_text(encoding="utf-8"))["models"][0]
    assert first["licence"] == "Apache-2.0"
    assert first["origin"].startswith("https://")
    assert first["ms_one_core"] > 0


def test_getting_a_model_puts_it_beside_the_one_that_serves(
    tmp_path: Path, listed: CatalogueEntry
) -> None:
    folder, told = tmp_path / "data", tmp_path / "got.json"
    words = ["models", "get", "made", "--data", str(folder), "--json", str(told)]
    assert cli.main(words) == 0
    outcome = json.loads(told.read_text(encoding="utf-8"))
    assert (outcome["state"], outcome["sha256"]) == ("here", listed.sha256)
    stores = open_stores(DataFolder(folder))
    try:
        (model,) = stores.models.list()
        assert (model.id, model.classes) == (outcome["model_id"], CLASSES)
        assert stores.models.file_is_whole(model)
    finally:
        stores.close()


def test_getting_only_the_file(
    tmp_path: Path, listed: CatalogueEntry, onnx: bytes
) -> None:
    out = tmp_path / "mine.onnx"
    assert cli.main(["models", "get", "made", "--out", str(out)]) == 0
    assert out.read_bytes() == onnx
    assert [p.name for p in tmp_path.glob("mine*")] == ["mine.onnx"]


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["models", "get", "nothing"], "no model called 'nothing'"),
        (["models", "get", "made", "--out", "no/such/x.onnx"], "no folder"),
        (["models", "check", "no-such.onnx"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert sentence in capsys.readouterr().err


def test_a_server_that_refuses_is_a_sentence(
    tmp_path: Path,
    onnx: bytes,
    listed: CatalogueEntry,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(onnx, saying(404)) as files:
        entry = replace(listed, url=files.url)
        for module in (fetching, models_command):
            monkeypatch.setattr(module, "read_catalogue", lambda: (entry,))
        assert cli.main(["models", "get", "made", "--data", str(tmp_path / "d")]) == 2
    said = capsys.readouterr().err
    assert "HTTP 404" in said
    assert "goes on serving" in said


def test_checking_a_file_says_what_it_is(
    tmp_path: Path, onnx: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path, told = tmp_path / "m.onnx", tmp_path / "m.json"
    path.write_bytes(onnx)
    assert cli.main(["models", "check", str(path), "--json", str(told)]) == 0
    facts = json.loads(told.read_text(encoding="utf-8"))
    assert (facts["layout"], facts["classes"]) == ("yolox", list(CLASSES))
    assert facts["evidence"] in capsys.readouterr().out
