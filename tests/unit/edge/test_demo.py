"""The demo site: filled once, with a day of counts, a clip and an open dispute."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.paths import DataFolder
from watchpost.domain.cameras import SourceKind
from watchpost.edge.demo import BUS, fill_cameras, fill_history
from watchpost.edge.stores import Stores, open_stores
from watchpost.engine.recording.clips import read_clip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = DataFolder(tmp_path_factory.mktemp("demo"))
    folder.create()
    stores = open_stores(folder, demo=True)
    try:
        fill_cameras(stores)
        assert fill_history(stores, SYSTEM_CLOCK)
        yield stores
    finally:
        stores.close()


def test_it_is_marked_as_demo_and_has_a_camera_of_every_scene(filled: Stores) -> None:
    assert filled.identity.demo
    simulated = [
        c for c in filled.cameras.list() if c.source.kind is SourceKind.SIMULATED
    ]
    assert {c.source.address for c in simulated} == {
        "bus_door",
        "street",
        "shelf",
        "conveyor",
    }
    assert all(c.rules.lines for c in simulated)


def test_one_camera_is_really_away(filled: Stores) -> None:
    away = next(c for c in filled.cameras.list() if c.source.kind is SourceKind.FILE)
    assert not Path(away.source.address).exists()


def test_a_day_of_counts_lies_in_the_ledger(filled: Stores) -> None:
    now = SYSTEM_CLOCK.utc_ns()
    line = filled.cameras.get(BUS).rules.lines[0]
    totals = filled.ledger.totals(line.id, now - 24 * 3600 * NS_PER_S, now)
    assert totals.reported_in > 50
    assert totals.reported_out > 50


def test_the_disputed_count_has_its_clip_with_boxes(filled: Stores) -> None:
    (dispute,) = filled.disputes.list()
    event = filled.ledger.event(dispute.event_id)
    assert event is not None
    second = NS_PER_S
    found = filled.segments.between(
        BUS, event.at_ns - 2 * second, event.at_ns + 2 * second
    )
    clip = read_clip(
        [segment.path for segment in found],
        event.at_ns - 2 * second,
        event.at_ns + 2 * second,
    )
    assert len(clip.frames) >= 45
    with_boxes = [f for f in clip.frames if f.result is not None and f.result.boxes]
    assert len(with_boxes) >= len(clip.frames) // 4


def test_filling_again_changes_nothing(filled: Stores) -> None:
    cameras = filled.cameras.list()
    fill_cameras(filled)
    assert not fill_history(filled, SYSTEM_CLOCK)
    assert filled.cameras.list() == cameras
    assert len(filled.disputes.list()) == 1
