"""Rounds: each at its pace, none spoiled by another's failure."""

from __future__ import annotations

from support.stores import FakeClock
from watchpost.edge.rounds import Round, Rounds


def test_each_runs_at_its_pace() -> None:
    clock = FakeClock()
    done: list[str] = []
    rounds = Rounds(
        "test",
        Round("often", 0.25, lambda: done.append("often")),
        Round("seldom", 1.0, lambda: done.append("seldom")),
        clock=clock,
    )
    for _ in range(8):
        clock.move(rounds.run_due())
    assert done.count("often") == 8
    assert done.count("seldom") == 2


def test_a_failure_spoils_neither_the_next_run_nor_the_others() -> None:
    clock = FakeClock()
    done: list[str] = []

    def fails() -> None:
        done.append("tried")
        raise RuntimeError("broken")

    rounds = Rounds(
        "test",
        Round("broken", 1.0, fails),
        Round("well", 1.0, lambda: done.append("well")),
        clock=clock,
    )
    for _ in range(2):
        clock.move(rounds.run_due())
    assert done == ["tried", "well"] * 2


def test_late_rounds_are_not_caught_up_on() -> None:
    clock = FakeClock()
    done: list[int] = []
    rounds = Rounds("test", Round("slow", 1.0, lambda: done.append(1)), clock=clock)
    rounds.run_due()
    clock.move(60)
    rounds.run_due()
    assert len(done) == 2


def test_stops_without_waiting_for_the_next_round() -> None:
    rounds = Rounds("test", Round("hourly", 3600.0, lambda: None))
    rounds.start()
    rounds.stop()
