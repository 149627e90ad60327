from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from watchpost.base.errors import StoreError
from watchpost.store import writer as writer_module
from watchpost.store.writer import Writer


class FullDisk(Exception):  # noqa: N818 stands in for sqlite3's own
    sqlite_errorcode = 13


def full(_connection: Connection, _items: Sequence[Any]) -> list[Any]:
    raise OperationalError("INSERT", {}, FullDisk("database or disk is full"))


class NoRelief:
    """A disk on which nothing helps."""

    def __init__(self) -> None:
        self.asked = 0
        self.restored = 0
        self.looked = threading.Semaphore(0)

    def relieve(self, error: DBAPIError) -> bool:
        self.asked += 1
        return True

    def restore(self, *, committed: bool) -> bool:
        self.restored += 1
        if not committed:
            self.looked.release()
        return committed


@pytest.fixture
def engine(tmp_path: Any) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'w.sqlite3'}")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
    yield made
    made.dispose()


@pytest.fixture
def relief() -> NoRelief:
    return NoRelief()


@pytest.fixture
def writer(engine: Engine, relief: NoRelief) -> Iterator[Writer]:
    made = Writer(engine, relief)
    made.start()
    yield made
    made.stop()


def rows_of(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(
            connection.execute(text("SELECT x FROM t ORDER BY rowid")).scalars()
        )


class Inserts:
    """Writes numbers and remembers how they were batched."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, connection: Connection, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        for item in items:
            connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": item})
        return [item * 10 for item in items]


def blocked(writer: Writer) -> Callable[[], None]:
    """Keep the writer busy; return what lets it go on."""
    entered, released = threading.Event(), threading.Event()

    def wait(_connection: Connection, items: Sequence[Any]) -> list[Any]:
        entered.set()
        released.wait(10)
        return list(items)

    writer.put(wait, None)
    assert entered.wait(10)
    return released.set


def test_the_first_after_a_rest_does_not_wait_and_a_flood_is_batched(
    writer: Writer, engine: Engine
) -> None:
    insert = Inserts()
    go_on = blocked(writer)
    waiting: list[Future[int]] = [writer.put(insert, i) for i in range(50)]
    go_on()
    assert [future.result(5) for future in waiting] == [i * 10 for i in range(50)]
    assert insert.batches == [list(range(50))]
    assert rows_of(engine) == list(range(50))


def test_a_batch_waits_a_tenth_of_a_second_at_most(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "BATCH_MS", 60_000)
    insert = Inserts()
    assert writer.put(insert, 1).result(5) == 10  # at once: nothing was written before
    later = writer.put(insert, 2)
    with pytest.raises(TimeoutError):
        later.result(0.2)
    # Somebody who waits for an answer takes along what waits for company.
    assert writer.call(lambda _connection: "done") == "done"
    assert later.result(0) == 20


def test_an_idle_writer_looks_whether_the_disk_is_well_again(
    writer: Writer, relief: NoRelief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_RETRY_NS", 1_000_000)

    def refused(connection: Connection) -> None:
        full(connection, [])

    with pytest.raises(StoreError, match="full"):
        writer.call(refused)
    # Nobody writes; it is looked at again and again all the same.
    assert relief.looked.acquire(timeout=10)
    assert relief.looked.acquire(timeout=10)


def test_order_is_kept_across_kinds(writer: Writer, engine: Engine) -> None:
    first, second = Inserts(), Inserts()
    go_on = blocked(writer)
    last = [writer.put(kind, i) for i, kind in enumerate([first, second, first, first])]
    go_on()
    last[-1].result(5)
    assert rows_of(engine) == [0, 1, 2, 3]
    assert (first.batches, second.batches) == ([[0], [2, 3]], [[1]])


def test_one_bad_write_costs_only_itself(writer: Writer, engine: Engine) -> None:
    insert = Inserts()

    def bad(_connection: Connection, _items: Sequence[Any]) -> list[Any]:
        raise StoreError("No.", todo="Do not.", code="test.no")

    go_on = blocked(writer)
    good, refused, after = (writer.put(apply, 1) for apply in (insert, bad, insert))
    go_on()
    assert (good.result(5), after.result(5)) == (10, 10)
    with pytest.raises(StoreError, match="No"):
        refused.result(5)
    assert rows_of(engine) == [1, 1]


def test_a_listener_that_fails_harms_nobody(writer: Writer) -> None:
    def listener(_result: int) -> None:
        raise RuntimeError("not the writer's business")

    insert = Inserts()
    assert writer.put(insert, 1, listener).result(5) == 10
    assert writer.put(insert, 2).result(5) == 20


def test_on_a_full_disk_people_are_told_and_counts_are_kept(
    writer: Writer, engine: Engine, relief: NoRelief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_RETRY_NS", 10_000_000)
    is_full = True

    def insert(connection: Connection, items: Sequence[int]) -> list[int]:
        if is_full:
            return full(connection, items)
        return Inserts()(connection, items)

    counts = [writer.put(insert, i) for i in range(1200)]  # more than one batch
    with pytest.raises(StoreError) as caught:
        writer.call(lambda connection: full(connection, []))
    assert caught.value.code == "store.full"
    assert not any(count.done() for count in counts)
    assert relief.asked >= 1
    is_full = False
    assert [count.result(10) for count in counts] == [i * 10 for i in range(1200)]
    assert rows_of(engine) == list(range(1200))
    assert relief.restored >= 1


def test_too_many_waiting_counts_are_refused(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "MAX_WAITING", 10)
    go_on = blocked(writer)
    for i in range(10):
        writer.put(Inserts(), i)
    with pytest.raises(StoreError) as caught:
        writer.put(Inserts(), 11)
    assert caught.value.code == "store.overflow"
    go_on()


def test_stopping_writes_what_waits(engine: Engine, relief: NoRelief) -> None:
    writer = Writer(engine, relief)
    writer.start()
    insert = Inserts()
    waiting = [writer.put(insert, i) for i in range(30)]
    writer.stop()
    assert all(future.done() for future in waiting)
    assert rows_of(engine) == list(range(30))
    with pytest.raises(StoreError) as caught:
        writer.put(insert, 1)
    assert caught.value.code == "store.closed"


def test_stopping_on_a_full_disk_fails_what_waits(
    engine: Engine, relief: NoRelief
) -> None:
    writer = Writer(engine, relief)
    writer.start()
    waiting = [writer.put(full, i) for i in range(3)]
    writer.stop()
    for future in waiting:
        with pytest.raises(StoreError) as caught:
            future.result(0)
        assert caught.value.code == "store.full"
