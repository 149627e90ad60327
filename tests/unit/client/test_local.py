"""The edge on this computer: found, started, restarted, left running, ended."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from watchpost.base.errors import EdgeError
from watchpost.base.paths import DataFolder
from watchpost.base.processes import own_command
from watchpost.client import local
from watchpost.client.local import (
    LocalEdge,
    LocalEdgeState,
    default_command,
    find,
    read_token_file,
)

WAIT_S = 30.0
Make = Callable[..., LocalEdge]


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    found = DataFolder(tmp_path / "data")
    found.create()
    return found


@pytest.fixture
def states() -> queue.Queue[LocalEdgeState]:
    return queue.Queue()


@pytest.fixture
def make(folder: DataFolder, states: queue.Queue[LocalEdgeState]) -> Make:
    def made(manner: str) -> LocalEdge:
        program = [sys.executable, "-m", "support.pretend_edge"]
        return LocalEdge(
            folder,
            on_state=states.put,
            command=[*program, str(folder.root), manner],
        )

    return made


def test_starts_an_edge_and_ends_it(make: Make, folder: DataFolder) -> None:
    edge = make("serve")
    address = edge.open(WAIT_S)
    assert edge.owned
    assert find(folder) == address
    edge.close()
    assert (folder.root / "said").read_bytes() == b""
    assert find(folder) is None


def test_adopts_an_edge_that_runs_and_leaves_it_alone(
    make: Make, folder: DataFolder
) -> None:
    first, second = make("serve"), make("crash")
    address = first.open(WAIT_S)
    assert second.open(WAIT_S) == address
    assert not second.owned
    second.close()
    assert find(folder) == address
    first.close()


def test_a_refusal_is_told_in_the_edges_own_words(make: Make) -> None:
    with pytest.raises(EdgeError) as caught:
        make("refuse").open(WAIT_S)
    assert caught.value.what == "The disk is full."
    assert caught.value.code == "store.full"


def test_a_crash_at_the_start_is_told(make: Make) -> None:
    with pytest.raises(EdgeError, match="ended at its start with code 1") as caught:
        make("crash").open(WAIT_S)
    assert caught.value.code == "edge.died"


def test_an_edge_that_never_answers_is_given_up(make: Make) -> None:
    with pytest.raises(EdgeError, match="did not answer") as caught:
        make("mute").open(0.5)
    assert caught.value.code == "edge.slow_start"


def test_no_such_program(folder: DataFolder) -> None:
    with pytest.raises(EdgeError, match="cannot be started"):
        LocalEdge(folder, command=["/nowhere/watchpost"]).open(1.0)


def test_an_edge_that_dies_is_started_again(
    make: Make, states: queue.Queue[LocalEdgeState]
) -> None:
    edge = make("serve")
    edge.open(WAIT_S)
    assert edge.pid is not None
    first = edge.pid
    psutil.Process(first).kill()
    assert states.get(timeout=WAIT_S).address is None
    again = states.get(timeout=WAIT_S)
    assert again.address is not None
    assert edge.pid != first
    edge.close()


def test_an_edge_that_keeps_dying_is_given_up_visibly(
    make: Make,
    states: queue.Queue[LocalEdgeState],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "_MOST_STARTS", 1)
    edge = make("serve")
    edge.open(WAIT_S)
    assert edge.pid is not None
    psutil.Process(edge.pid).kill()
    states.get(timeout=WAIT_S)
    assert states.get(timeout=WAIT_S).code == "edge.crash_loop"
    edge.close()


def test_an_edge_can_be_left_running(make: Make, folder: DataFolder) -> None:
    edge = make("serve")
    edge.open(WAIT_S)
    assert edge.pid is not None
    process = psutil.Process(edge.pid)
    edge.leave_running()
    try:
        assert find(folder) is not None
        assert process.is_running()
    finally:
        process.kill()
        process.wait(WAIT_S)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"url": 1}', "\xff"])
def test_a_damaged_token_file_is_no_edge(folder: DataFolder, content: str) -> None:
    folder.token_file.write_text(content, encoding="latin-1")
    assert read_token_file(folder) is None
    assert find(folder) is None


def test_the_default_command_is_the_products_own(folder: DataFolder) -> None:
    command = default_command(folder)
    assert command[: len(own_command())] == own_command()
    assert command[-1] == "--parent"
