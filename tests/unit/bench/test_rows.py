"""What measurements make of what was measured."""

from collections.abc import Sequence

import pytest

from watchpost.bench import chain, lag, latency, memory, record, wall
from watchpost.bench.loops import BARE, NAIVE, TUNED
from watchpost.bench.report import Row
from watchpost.bench.window import WindowFigures
from watchpost.protocol.live import Missed, Result


def by_name(rows: Sequence[Row]) -> dict[str, Row]:
    assert len({row.name for row in rows}) == len(rows)
    return {row.name: row for row in rows}


# Memory


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([100.0] * 40, 0.0),
        # Filling up at first is no leak.
        ([10.0] * 10 + [100.0] * 30, 0.0),
        ([100.0 + n for n in range(40)], 20 / 114.5),
    ],
)
def test_growth_is_from_the_second_to_the_last_quarter(
    samples: list[float], expected: float
) -> None:
    assert memory.growth(samples) == pytest.approx(expected)


def test_a_leak_in_one_of_the_processes_is_seen() -> None:
    flat, leak = [400.0] * 40, [100.0 + n for n in range(40)]
    rows = by_name(memory.rows(flat, leak, [50.0] * 40, 40.0))
    assert rows["memory.growth.console"].within is False
    assert rows["memory.growth.edge"].within is True
    assert rows["memory.threads"].measured == 0.0


# Recording


@pytest.mark.parametrize(
    ("kept", "lost"),
    [
        ([b"a", b"b", b"c"], 0),
        ([b"a", b"b"], 1),
        ([b"a", b"x", b"c"], 1),
        ([b"b", b"c"], 3),
        ([b"a", b"b", b"c", b"c"], 1),
    ],
)
def test_a_packet_must_be_at_its_place_bit_for_bit(
    kept: list[bytes], lost: int
) -> None:
    assert record.differing([b"a", b"b", b"c"], kept) == lost


# The event loop


def test_lag_is_judged_by_its_tail_and_drawing_by_the_slowest_tile() -> None:
    late = tuple([1.0] * 980 + [80.0] * 20)
    rounds = [WindowFigures(late, (15.0, 15.0, 12.0))] * 3
    rows = by_name(lag.rows(rounds, [0.1] * 3, [1.0] * 3))
    assert rows["lag.p50"].within is True
    assert rows["lag.p99"].measured == 80.0
    assert rows["lag.p99"].within is False
    assert rows["lag.fps"].measured == 12.0
    assert rows["lag.fps"].within is False


# Latency


def result(camera: str, at_ns: int) -> Result:
    return Result(
        camera_id=camera,
        epoch=1,
        sequence=1,
        pts_ns=0,
        at_ns=at_ns,
        latency_ms=31.0,
        model="bench",
        boxes=(),
    )


def test_the_listener_notes_results_and_what_was_left_out() -> None:
    listener = latency.Listener()
    for camera in ("a", "a", "b"):
        listener.on_message(result(camera, at_ns=0))
    listener.on_message(Missed(messages=7))
    heard = listener.take()
    assert heard.cameras == {"a": 2, "b": 1}
    assert heard.result_ms == [31.0] * 3
    assert heard.missed == 7
    assert listener.take().cameras == {}


def test_latency_is_told_in_inferences_too() -> None:
    heard = latency.Heard([20.0] * 100, [30.0] * 98 + [200.0] * 2, {"a": 100})
    rows = by_name(latency.rows([heard] * 3, [20.0] * 3, 30.0))
    assert rows["latency.p50"].measured == 30.0
    assert rows["latency.p50.of"].measured == pytest.approx(1.5)
    assert rows["latency.p50"].within is True
    assert rows["latency.p99"].within is False
    assert rows["latency.results"].measured == pytest.approx(10.0)


# The chain and the wall


def test_the_chain_is_compared_within_each_round() -> None:
    found = {
        "ours": [(20.0, 10.0), (40.0, 20.0), (22.0, 11.0)],
        NAIVE: [(50.0, 50.0), (100.0, 100.0), (55.0, 55.0)],
        TUNED: [(25.0, 25.0), (50.0, 50.0), (27.5, 27.5)],
        BARE: [(19.0, 19.0), (38.0, 38.0), (20.9, 20.9)],
    }
    rows = by_name(chain.rows(found))
    # The second round was disturbed; its ratios were not.
    assert rows["chain.naive"].measured == pytest.approx(2.5)
    assert rows["chain.naive"].spread == pytest.approx(0.0)
    assert rows["chain.naive"].within is True
    assert rows["chain.tuned"].measured == pytest.approx(1.25)
    assert rows["chain"].within is True
    assert rows["chain.speed"].measured == pytest.approx(5.0)


def test_the_wall_is_compared_within_each_round() -> None:
    figures = {
        "ours_ms": [0.3, 0.6, 0.3],
        "labels_ms": [3.3, 6.6, 3.3],
        "fps": [15.0, 14.9, 15.0],
        "cores": [0.1, 0.1, 0.1],
    }
    rows = by_name(wall.rows(figures))
    assert rows["wall"].measured == pytest.approx(11.0)
    assert rows["wall"].within is True
    assert rows["wall.fps"].within is True
