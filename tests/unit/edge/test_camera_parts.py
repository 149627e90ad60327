"""Small parts of a camera: figures, boxes, tile leases, today's totals."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from support.stores import FakeClock, opened
from support.walks import detections_at, header
from watchpost.domain.detections import Detections
from watchpost.domain.events import Crossing, Sample
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import Direction
from watchpost.domain.tracks import Tracks
from watchpost.edge.figures import CameraFigures
from watchpost.edge.results import boxes_of, result_of
from watchpost.edge.tiles import TileLeases
from watchpost.edge.totals import TodayTotals, local_day
from watchpost.protocol.cameras import CameraSpec, LineSpec, SourceSpec, TileRequest
from watchpost.store.ledger import LedgerEvent


def test_unknown_figures_are_none_never_zero() -> None:
    figures = CameraFigures(FakeClock())
    assert figures.latency_ms() == (None, None)
    assert figures.per_second() is None
    figures.analysed(10.0)
    assert figures.per_second() is None


def test_figures_of_the_last_seconds() -> None:
    clock = FakeClock()
    figures = CameraFigures(clock)
    for index in range(100):
        figures.analysed(float(index))
        clock.move(0.2)
    p50, p95 = figures.latency_ms()
    assert p50 == pytest.approx(75.0, abs=1)
    assert p95 == pytest.approx(97.0, abs=1)
    assert figures.per_second() == pytest.approx(5.0)
    clock.move(60)
    assert figures.latency_ms() == (None, None)


def test_a_clock_step_is_no_latency() -> None:
    figures = CameraFigures(FakeClock())
    figures.analysed(-7_200_000.0)
    figures.analysed(7_200_000.0)
    assert figures.latency_ms() == (None, None)


def tracks(rows: list[int], ids: list[int], detections: Detections) -> Tracks:
    count = len(ids)
    boxes = np.array(
        [detections.xyxy_norm[r] if r >= 0 else (0, 0, 1, 1) for r in rows], np.float32
    ).reshape(-1, 4)
    return Tracks(
        np.array(ids, np.int64),
        boxes,
        np.full(count, 0.8, np.float32),
        np.zeros(count, np.int32),
        np.ones(count, bool),
        np.array(rows, np.int64),
        np.zeros((count, 2), np.float32),
        np.empty(0, np.int64),
    )


def test_boxes_are_measured_tracks_then_the_rest() -> None:
    seen = detections_at([(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)])
    boxes = boxes_of(
        seen, tracks([1, -1], [7, 8], seen), ["person"], score_threshold=0.3
    )
    assert [b.track_id for b in boxes] == [7, 0, 0]
    assert [round((b.left + b.right) / 2, 2) for b in boxes] == [0.5, 0.2, 0.8]
    assert {b.class_name for b in boxes} == {"person"}


def test_weak_detections_without_a_track_stay_untold() -> None:
    seen = detections_at([(0.2, 0.5)], score=0.2)
    assert boxes_of(seen, tracks([], [], seen), ["person"], score_threshold=0.3) == ()


def test_an_empty_frame_has_a_result_too() -> None:
    nothing = Detections.empty()
    boxes = boxes_of(nothing, tracks([], [], nothing), [], score_threshold=0.3)
    result = result_of("c", header(5, epoch=3), boxes, latency_ms=1.23456, model="m")
    assert (result.epoch, result.sequence, result.boxes) == (3, 5, ())


def test_the_largest_lease_wins_and_the_fastest_pace() -> None:
    leases = TileLeases(FakeClock())
    leases.lease(TileRequest(width=640, height=360, fps=5))
    wanted = leases.lease(TileRequest(width=320, height=180, fps=15))
    assert (wanted.width, wanted.height, wanted.fps) == (640, 360, 15)


def test_leases_end_after_five_seconds() -> None:
    clock = FakeClock()
    leases = TileLeases(clock)
    leases.lease(TileRequest(width=640, height=360))
    clock.move(3)
    leases.lease(TileRequest(width=320, height=180))
    clock.move(2)
    wanted = leases.wanted()
    assert wanted is not None
    assert wanted.width == 320
    clock.move(3)
    assert leases.wanted() is None


def test_today_begins_at_local_midnight_whatever_the_clock_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("this system's time zone cannot be set for one process")
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    try:
        # 2026-03-29 has 23 hours there, 2026-10-25 has 25.
        begin, end = local_day(1_774_778_400 * 10**9)
        assert (end - begin) // (3600 * 10**9) == 23
        begin, end = local_day(1_792_936_800 * 10**9)
        assert (end - begin) // (3600 * 10**9) == 25
    finally:
        monkeypatch.undo()
        time.tzset()


def _crossing(
    line_id: str, direction: Direction, at_ns: int, sequence: int
) -> Crossing:
    key = FrameKey(1, sequence)
    sample = Sample(key, at_ns, 0.5, 0.5)
    return Crossing(line_id, direction, 1, "person", 0.9, at_ns, 0, key, sample, sample)


def test_totals_follow_the_ledger_through_a_day(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock=clock) as stores:
        spec = CameraSpec(
            name="Door",
            source=SourceSpec(kind="simulated", address="bus_door"),
            lines=(LineSpec(name="Door", ax=0.5, ay=0, bx=0.5, by=1),),
        )
        camera = stores.cameras.add(spec, "me")
        line_id = camera.rules.lines[0].id
        totals = TodayTotals(stores.ledger, clock)

        def count(direction: Direction, sequence: int) -> tuple[int, int]:
            crossing = _crossing(line_id, direction, clock.utc_ns(), sequence)
            event = LedgerEvent.of(
                camera.id, crossing, rules_version=1, model="m", model_sha256="0" * 64
            )
            stores.ledger.append(event).result(5)
            return totals.counted(line_id, direction, crossing.at_ns)

        assert totals.of([line_id])[0].count_in == 0
        assert count(Direction.IN, 1) == (1, 0)
        assert count(Direction.OUT, 2) == (1, 1)
        totals.forget()
        assert count(Direction.IN, 3) == (2, 1)
        clock.move(86_400)
        assert count(Direction.IN, 4) == (1, 0)
        assert totals.of([line_id])[0].count_out == 0
