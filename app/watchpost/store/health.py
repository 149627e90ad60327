"""Figures over time: each second for an hour, each minute for more than a month.

Samples are collected in memory and written every ten seconds; a ``kill -9`` loses at most
those. Old rows go at no more than twice the pace of new ones, so that a wall clock that
jumps ahead cannot empty the history before somebody sets it right.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import StoreError
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.health import HealthSample, Series
from watchpost.store.database import Database
from watchpost.store.rollups import Point, Rollup, spread
from watchpost.store.tables import health, metrics

KEPT_S: Mapping[int, int] = {1: 3600, 10: 2 * 86_400, 60: 35 * 86_400}
"""How long rows of each step are kept, seconds by seconds."""
UNITS: Mapping[str, str] = {
    "cpu_percent": "%",
    "temperature_c": "°C",
    "memory_percent": "%",
    "disk_percent": "%",
    "disk_free_gib": "GiB",
    "network_mbit_s": "Mbit/s",
    "inference_ms": "ms",
    "analysed_per_s": "1/s",
    "latency_ms": "ms",
    "latency_p95_ms": "ms",
    "fps": "1/s",
    "analysed_fps": "1/s",
    "frames_lost": "",
}
_OF_EDGE = (
    "cpu_percent",
    "temperature_c",
    "memory_percent",
    "disk_percent",
    "disk_free_gib",
    "network_mbit_s",
    "inference_ms",
    "analysed_per_s",
)
_OF_CAMERA = ("latency_ms", "latency_p95_ms", "fps", "analysed_fps", "frames_lost")
_WRITE_NS = 10 * NS_PER_S
_MAX_ROWS = 20_000
MAX_POINTS = 5000

_Key = tuple[str, str]
_Row = tuple[_Key, int, Point]


class HealthHistory:
    """Collects and answers figures over time. Safe on any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._rollups: dict[tuple[_Key, int], Rollup] = {}
        self._unwritten: list[_Row] = []
        # Handed to the writer and not committed yet: not in the database for a moment.
        self._on_their_way: list[list[_Row]] = []
        self._written_ns = db.clock.monotonic_ns()

    # Collecting

    def add(self, sample: HealthSample) -> None:
        """Take in the edge's figures of a moment; does not wait."""
        readings = {name: getattr(sample, name).value for name in _OF_EDGE}
        self._add("", sample.at_ns, readings)

    def add_camera(self, status: CameraStatus, at_ns: int) -> None:
        """Take in a camera's figures of a moment; does not wait."""
        figures = {name: getattr(status, name) for name in _OF_CAMERA}
        self._add(status.camera_id, at_ns, figures)

    def add_minutes(
        self, metric: str, camera_id: str | None, points: Iterable[Point]
    ) -> None:
        """Write a past that was measured elsewhere, one point a minute."""
        key = (metric, camera_id or "")
        rows = [(key, 60, point) for point in points]
        self._db.write(lambda connection: _write(connection, rows))

    def flush(self) -> None:
        """Write everything collected so far; at the end, and in tests."""
        with self._lock:
            partial = [
                (key, step, rollup.point())
                for (key, step), rollup in self._rollups.items()
            ]
            rows, self._unwritten = [*self._unwritten, *partial], []
        self._db.write(lambda connection: _write(connection, rows))

    def _add(
        self, camera_id: str, at_ns: int, figures: Mapping[str, float | None]
    ) -> None:
        now = self._db.clock.monotonic_ns()
        with self._lock:
            for name, value in figures.items():
                if value is not None:
                    self._roll_up((name, camera_id), at_ns, value)
            if now - self._written_ns < _WRITE_NS:
                return
            self._written_ns = now
            rows, self._unwritten = self._unwritten, []
            if not rows:
                return
            self._on_their_way.append(rows)
        try:
            self._db.queue(_write_batches, rows, self._arrived)
        except StoreError:
            self._arrived(rows)
            raise

    def _arrived(self, rows: list[_Row]) -> None:
        with self._lock:
            self._on_their_way.remove(rows)

    def _roll_up(self, key: _Key, at_ns: int, value: float) -> None:
        for step in KEPT_S:
            start = at_ns - at_ns % (step * NS_PER_S)
            rollup = self._rollups.get((key, step))
            if rollup is not None and rollup.start_ns == start:
                rollup.add(value)
                continue
            if rollup is not None:
                self._unwritten.append((key, step, rollup.point()))
            self._rollups[key, step] = Rollup(start, value)

    # Answering

    def series(
        self,
        metric: str,
        camera_id: str | None,
        from_ns: int,
        to_ns: int,
        points: int = 600,
        *,
        limit: float | None = None,
        limit_sentence: str = "",
    ) -> Series:
        """Return one metric over time, at most ``points`` of it; gaps stay gaps.

        Args:
            metric: A name in :data:`UNITS`.
            camera_id: The camera, or None for the edge's own.
            from_ns: UTC nanoseconds.
            to_ns: UTC nanoseconds, exclusive.
            points: At most so many values; 2 to 5,000.
            limit: Passed on with the answer.
            limit_sentence: Passed on with the answer.

        Raises:
            StoreError: No such metric (``health.metric``) or an empty range
                (``health.range``).
        """
        _refuse(metric, from_ns, to_ns)
        key = (metric, camera_id or "")
        points = max(2, min(points, MAX_POINTS))
        # Two seconds hold at least one sample of each second, late or early.
        width_ns = max(2 * NS_PER_S, -(-(to_ns - from_ns) // points))
        found = self._points(key, from_ns, to_ns, width_ns)
        times, values, low, high = spread(found, from_ns, to_ns, width_ns)
        return Series(
            metric=metric,
            camera_id=camera_id,
            unit=UNITS[metric],
            times_ns=times,
            values=values,
            low=low,
            high=high,
            limit=limit,
            limit_sentence=limit_sentence,
        )

    def _points(
        self, key: _Key, from_ns: int, to_ns: int, width_ns: int
    ) -> list[tuple[int, Point]]:
        """Return points with how long each holds, finest steps where there are any."""
        found: list[tuple[int, Point]] = []
        end = to_ns
        with self._db.read() as connection:
            number = _number(connection, key)
            for step in KEPT_S:
                step_ns = step * NS_PER_S
                if step < max(KEPT_S) and to_ns - from_ns > _MAX_ROWS * step_ns:
                    continue
                group_ns = max(step_ns, width_ns - width_ns % step_ns)
                begin = from_ns - step_ns + 1
                stored = _select(connection, number, step, begin, end, group_ns)
                fresh = self._fresh(key, step, begin, end)
                part = [(group_ns, p) for p in stored] + [(step_ns, p) for p in fresh]
                found.extend(part)
                end = min([end, *(point.at_ns for _holds, point in part)])
        return found

    def _fresh(self, key: _Key, step: int, from_ns: int, to_ns: int) -> list[Point]:
        """Return points that are not in the database yet."""
        with self._lock:
            rows = chain(self._unwritten, *self._on_their_way)
            points = [p for k, s, p in rows if k == key and s == step]
            rollup = self._rollups.get((key, step))
            if rollup is not None:
                points.append(rollup.point())
        return [point for point in points if from_ns <= point.at_ns < to_ns]


def _refuse(metric: str, from_ns: int, to_ns: int) -> None:
    if metric not in UNITS:
        raise StoreError(
            f"There is no figure {metric[:60]!r}.",
            todo=f"Ask for one of: {', '.join(UNITS)}.",
            code="health.metric",
        )
    if from_ns >= to_ns:
        raise StoreError(
            "The end of the time range is not after its beginning.",
            todo="Choose another time range.",
            code="health.range",
        )


def _number(connection: Connection, key: _Key) -> int | None:
    return connection.execute(
        select(metrics.c.number).where(
            metrics.c.name == key[0], metrics.c.camera_id == key[1]
        )
    ).scalar()


def _select(
    connection: Connection,
    number: int | None,
    step: int,
    from_ns: int,
    to_ns: int,
    group_ns: int,
) -> list[Point]:
    if number is None:
        return []
    group = health.c.at_ns - health.c.at_ns % group_ns
    rows = connection.execute(
        select(
            func.min(health.c.at_ns),
            func.avg(health.c.mean),
            func.min(health.c.low),
            func.max(health.c.high),
        )
        .where(
            health.c.metric == number,
            health.c.step_s == step,
            health.c.at_ns >= from_ns,
            health.c.at_ns < to_ns,
        )
        .group_by(group)
        .order_by(group)
    )
    return [Point(*row) for row in rows]


def _write_batches(
    connection: Connection, batches: Sequence[list[_Row]]
) -> Sequence[list[_Row]]:
    for rows in batches:
        _write(connection, rows)
    return batches


def _write(connection: Connection, rows: Sequence[_Row]) -> None:
    if not rows:
        return
    numbers = {key: _claim_number(connection, key) for key in {row[0] for row in rows}}
    statement = insert(health)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[health.c.metric, health.c.step_s, health.c.at_ns],
            set_={name: statement.excluded[name] for name in ("mean", "low", "high")},
        ),
        [
            {
                "metric": numbers[key],
                "step_s": step,
                "at_ns": point.at_ns,
                "mean": point.mean,
                "low": point.low,
                "high": point.high,
            }
            for key, step, point in rows
        ],
    )
    written: dict[tuple[int, int], list[int]] = {}
    for key, step, point in rows:
        written.setdefault((numbers[key], step), []).append(point.at_ns)
    for (number, step), times in written.items():
        _drop_old(connection, number, step, max(times), at_most=2 * len(times))


def _claim_number(connection: Connection, key: _Key) -> int:
    connection.execute(
        insert(metrics).values(name=key[0], camera_id=key[1]).on_conflict_do_nothing()
    )
    number = _number(connection, key)
    assert number is not None
    return number


def _drop_old(
    connection: Connection, number: int, step: int, newest_ns: int, *, at_most: int
) -> None:
    of_series = (health.c.metric == number, health.c.step_s == step)
    old = (
        select(health.c.at_ns)
        .where(*of_series, health.c.at_ns < newest_ns - KEPT_S[step] * NS_PER_S)
        .order_by(health.c.at_ns)
        .limit(at_most)
    )
    connection.execute(delete(health).where(*of_series, health.c.at_ns.in_(old)))
