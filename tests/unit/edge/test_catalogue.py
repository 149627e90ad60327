"""The list of public models keeps its own rules."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from watchpost.base.errors import ConfigError
from watchpost.edge.catalogue import LICENCES, find, read_catalogue
from watchpost.engine.inference.inspection import inspect_model

GOOD = """[[model]]
name = "small"
title = "Small"
task = "detector"
classes = ["person"]
licence = "MIT"
author = "Somebody"
repository = "some/body"
commit = "0123456789ab"
path = "a/b.onnx"
sha256 = "%s"
size = 1000
width = 320
height = 320
ms_one_core = 4.0
note = ""
""" % ("ab" * 32)


def test_what_travels_with_the_product_is_permissive_and_pinned() -> None:
    entries = read_catalogue()
    assert len(entries) >= 9
    for entry in entries:
        assert entry.licence in LICENCES
        assert entry.url.startswith("https://github.com/")
        assert "AGPL" not in entry.url


def test_an_entry_is_found_by_its_name() -> None:
    entries = read_catalogue(GOOD)
    assert find(entries, "small").url == (
        "https://github.com/some/body/raw/0123456789ab/a/b.onnx"
    )
    with pytest.raises(ConfigError, match="no model called 'large'"):
        find(entries, "large")


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"MIT"', '"AGPL-3.0"'),
        ('"detector"', '"oracle"'),
        ('"0123456789ab"', '"main"'),
        ("abab", "zzzz"),
        ("size = 1000", "size = 0"),
        ("size = 1000", "size = 900000000"),
        ('name = "small"', 'name = "../small"'),
        ("height = 320\n", ""),
        ("[[model]]", "[[modem]]"),
        ('note = ""\n', f'note = ""\n{GOOD}'),
        ("[[model]]", "[[model"),
    ],
)
def test_a_catalogue_that_breaks_a_rule_is_refused(good: str, bad: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_catalogue(GOOD.replace(good, bad, 1))
    assert caught.value.code == "catalogue.damaged"


@pytest.mark.data
def test_the_listed_models_are_what_the_list_says(shared_data: Path) -> None:
    files = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for path in (shared_data / "models").glob("*.onnx")
    }
    for entry in read_catalogue():
        path = files[entry.sha256]
        assert path.stat().st_size == entry.size
        assert "AGPL" not in path.name


@pytest.mark.data
def test_a_listed_detector_answers_as_the_list_says(shared_data: Path) -> None:
    entry = find(read_catalogue(), "fastestdet-352")
    path = shared_data / "models" / "fastestdet_352.onnx"
    info = inspect_model(path, sha256=entry.sha256)
    assert info.classes == entry.classes
    assert (info.input.width, info.input.height) == (entry.width, entry.height)
