"""The ``edge`` command's own words."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from watchpost.base.errors import ConfigError
from watchpost.edge.command import add_arguments, parse_listen, run
from watchpost.protocol.wire import Problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0:8443", ("0.0.0.0", 8443)),
        ("[::]:8443", ("::", 8443)),
        ("depot:1", ("depot", 1)),
    ],
)
def test_addresses_to_listen_on(text: str, expected: tuple[str, int]) -> None:
    assert parse_listen(text) == expected


@pytest.mark.parametrize("text", ["", "8443", ":8443", "host", "host:", "host:70000"])
def test_no_addresses_to_listen_on(text: str) -> None:
    with pytest.raises(ConfigError, match="HOST:PORT"):
        parse_listen(text)


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    with pytest.raises(ConfigError, match="cannot be written"):
        run(options("--data", str(in_the_way / "data")))


def test_a_console_gets_the_reason_as_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    assert run(options("--data", str(in_the_way / "data"), "--parent")) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert Problem.model_validate_json(last).code == "store.folder"
