"""What is measured, what is skipped and what the exit code says."""

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from watchpost.base.errors import ConfigError, ModelError
from watchpost.bench import catalogue, command, models
from watchpost.bench.conditions import Conditions
from watchpost.bench.load import Load
from watchpost.bench.report import Row, row


@pytest.fixture(autouse=True)
def _own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(command.log, "configure", lambda: None)
    monkeypatch.setattr(command, "busy_cores", lambda: 0.0)
    logger = logging.getLogger("watchpost")
    level = logger.level
    yield
    logger.setLevel(level)


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def measured(monkeypatch: pytest.MonkeyPatch, *rows: Row) -> list[Conditions]:
    asked: list[Conditions] = []

    def take(_self: catalogue.Measurement, conditions: Conditions) -> list[Row]:
        asked.append(conditions)
        return list(rows)

    monkeypatch.setattr(catalogue.Measurement, "take", take)
    return asked


GOOD = row("wall", "ratio", [12.0], target=10.0, better="more")
BAD = row("lag.p99", "ms", [70.0], target=50.0)


def test_every_measurement_can_be_imported_and_taken() -> None:
    for measurement in catalogue.MEASUREMENTS:
        module = __import__(f"watchpost.bench.{measurement.name}", fromlist=["measure"])
        assert callable(module.measure)


def test_the_list_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(options("--list")) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [m.name for m in catalogue.MEASUREMENTS]


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="lag, idle"):
        command.run(options("--only", "speed"))


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_no_time_is_refused(seconds: str) -> None:
    with pytest.raises(ConfigError, match="no time to measure"):
        command.run(options("--seconds", seconds))


def test_a_model_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        command.run(options("--only", "lag", "--model", str(tmp_path / "no.onnx")))


def test_the_exit_code_says_whether_all_targets_were_met(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(monkeypatch, GOOD)
    assert command.run(options("--only", "wall")) == 0
    measured(monkeypatch, GOOD, BAD)
    assert command.run(options("--only", "lag")) == 1
    assert "lag.p99" in capsys.readouterr().out


def test_the_figures_go_to_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured(monkeypatch, GOOD, BAD)
    path = tmp_path / "bench.json"
    command.run(options("--only", "wall", "--json", str(path)))
    said = json.loads(path.read_text(encoding="utf-8"))
    assert [(r["name"], r["within"]) for r in said] == [
        ("computer.busy", None),
        ("wall", True),
        ("lag.p99", False),
    ]


def test_a_busy_computer_is_said_and_stands_beside_the_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(monkeypatch, GOOD)
    monkeypatch.setattr(command, "busy_cores", lambda: 1.5)
    command.run(options("--only", "wall"))
    said = capsys.readouterr()
    assert "Other programs keep 1.5 of" in said.err
    assert "computer.busy" in said.out


def test_memory_alone_is_watched_for_ten_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = measured(monkeypatch, GOOD)
    command.run(options("--only", "memory"))
    command.run(options("--only", "memory", "--seconds", "5"))
    command.run(options())
    assert [a.seconds for a in asked[:3]] == [600.0, 5.0, None]
    assert {a.seconds for a in asked[3:]} == {None}
    assert len(asked) == 2 + len(catalogue.MEASUREMENTS)


def test_without_a_detector_its_measurements_are_skipped_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "shipped_model", lambda: None)
    assert command.run(options("--only", "latency", "--only", "recover")) == 2
    said = capsys.readouterr().err
    assert said.count("skipped. No detector is shipped with this copy.") == 2


def test_load_counts_this_process_and_its_memory() -> None:
    load = Load([psutil.Process().pid])
    end = load.cpu_s() + 0.03
    while load.cpu_s() < end:
        sum(range(20_000))
    assert 0 < load.cores() < 64
    assert load.memory_mib() > 10
    assert load.threads() >= 1
    load.restart()
    assert load.cpu_s() < end
