from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from support.counting import HOUR, NOON, camera_spec
from watchpost.base.clock import NS_PER_S
from watchpost.domain.coverage import CoverageGap, NotAnalysed
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.coverage import JOIN_NS, CoverageRepository, share
from watchpost.store.database import Database
from watchpost.store.tables import looked


@pytest.fixture
def coverage(db: Database) -> CoverageRepository:
    return CoverageRepository(db)


def rows(db: Database) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(looked)).scalar_one()


def test_a_quiet_day_is_one_row(
    coverage: CoverageRepository, camera: CameraRecord, db: Database
) -> None:
    step = 5 * NS_PER_S
    for i in range(200):
        begin = NOON + i * step
        coverage.add_looked(camera.id, begin, begin + step - JOIN_NS // 2)
    db.flush()
    assert rows(db) == 1
    assert coverage.looked_share(camera.id, NOON, NOON + 200 * step) > 0.999


def test_a_pause_is_kept_as_a_pause(
    coverage: CoverageRepository, camera: CameraRecord, db: Database
) -> None:
    coverage.add_looked(camera.id, NOON, NOON + HOUR)
    coverage.add_looked(camera.id, NOON + 3 * HOUR, NOON + 4 * HOUR)
    db.flush()
    assert rows(db) == 2
    assert coverage.looked_share(camera.id, NOON, NOON + 4 * HOUR) == 0.5


def test_a_clock_set_back_does_not_make_more_than_everything(
    coverage: CoverageRepository, camera: CameraRecord, db: Database
) -> None:
    coverage.add_looked(camera.id, NOON, NOON + HOUR)
    coverage.add_looked(camera.id, NOON - HOUR, NOON + HOUR // 2)
    coverage.add_looked(camera.id, NOON + HOUR // 4, NOON + HOUR)
    db.flush()
    assert coverage.looked_share(camera.id, NOON - HOUR, NOON + HOUR) == 1.0


def test_gaps_are_read_back(
    coverage: CoverageRepository, camera: CameraRecord, db: Database
) -> None:
    gap = CoverageGap(camera.id, NOON, NOON + 5, NotAnalysed.NO_CAPACITY, 7)
    coverage.add_gap(gap).result(5)
    assert coverage.gaps(camera.id, NOON + 4, NOON + 9) == (gap,)
    assert coverage.gaps(camera.id, NOON + 5, NOON + 9) == ()
    assert coverage.gaps("other", NOON, NOON + 9) == ()


def test_the_time_that_the_edge_was_off_is_a_gap(
    coverage: CoverageRepository, cameras: CameraRepository, db: Database
) -> None:
    watched = cameras.add(camera_spec("Watched", lines=()), "a")
    away = cameras.add(camera_spec("Away", lines=()), "a")
    cameras.add(camera_spec("New", lines=()), "a")
    off = cameras.add(
        camera_spec("Off", lines=()).model_copy(update={"enabled": False}), "a"
    )
    for camera in (watched, off):
        coverage.add_looked(camera.id, NOON, NOON + HOUR)
    coverage.add_gap(
        CoverageGap(away.id, NOON, NOON + 2 * HOUR, NotAnalysed.CAMERA_AWAY)
    )
    db.flush()
    now = NOON + 3 * HOUR
    down = NotAnalysed.EDGE_DOWN
    expected = {
        CoverageGap(watched.id, NOON + HOUR, now, down),
        CoverageGap(away.id, NOON + 2 * HOUR, now, down),
    }
    assert set(coverage.edge_was_down(now)) == expected
    assert coverage.edge_was_down(now) == ()
    assert coverage.edge_was_down(NOON) == ()  # a clock that went back


@given(
    cuts=st.lists(st.integers(0, 1000), unique=True).map(sorted),
    bounds=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
)
def test_share_is_what_counting_by_hand_gives(
    cuts: list[int], bounds: tuple[int, int]
) -> None:
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    begin, end = bounds
    covered = sum(any(a <= t < b for a, b in spans) for t in range(begin, end))
    expected = covered / (end - begin) if end > begin else 0.0
    assert share(spans, begin, end) == pytest.approx(expected)
