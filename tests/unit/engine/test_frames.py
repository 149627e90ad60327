from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from watchpost.domain.frames import FrameKey
from watchpost.engine.frames import FrameHeader, FrameRing


def head(sequence: int, epoch: int = 1) -> FrameHeader:
    return FrameHeader(
        FrameKey(epoch, sequence), sequence * 10, sequence * 100, 1280, 720
    )


def put(ring: FrameRing, sequence: int, epoch: int = 1) -> int:
    slot, pixels = ring.begin()
    pixels[:] = sequence % 256
    ring.commit(slot, head(sequence, epoch))
    return slot


@pytest.fixture
def rings(tmp_path: Path) -> tuple[FrameRing, FrameRing]:
    path = tmp_path / "ring"
    writer = FrameRing.create(path, slots=3, width=8, height=4, channels=3)
    return writer, FrameRing.open(path)


def test_an_empty_ring_has_no_newest(rings: tuple[FrameRing, FrameRing]) -> None:
    assert rings[1].newest() is None


def test_the_newest_wins_with_its_own_pixels(
    rings: tuple[FrameRing, FrameRing],
) -> None:
    writer, reader = rings
    for sequence in range(20):
        put(writer, sequence)
        newest = reader.newest()
        assert newest is not None
        slot, header = newest
        assert header == head(sequence)
        assert np.unique(reader.view(slot)).tolist() == [sequence]


def test_a_held_slot_is_spared(rings: tuple[FrameRing, FrameRing]) -> None:
    writer, reader = rings
    held = put(writer, 0)
    reader.hold(held)
    for sequence in range(1, 50):
        assert put(writer, sequence) != held
    assert reader.is_still(held, head(0))
    reader.hold(None)
    assert held in {put(writer, sequence) for sequence in range(50, 53)}
    assert not reader.is_still(held, head(0))


def test_a_frame_being_written_is_not_shown(rings: tuple[FrameRing, FrameRing]) -> None:
    writer, reader = rings
    put(writer, 0)
    slot, _ = writer.begin()
    assert reader.header(slot) is None
    newest = reader.newest()
    assert newest is not None
    assert newest[1] == head(0)


def test_an_abandoned_write_is_taken_up_again(
    rings: tuple[FrameRing, FrameRing],
) -> None:
    writer, reader = rings
    writer.begin()
    for sequence in range(6):
        put(writer, sequence)
    assert [h.key.sequence for _, h in reader.headers()] == [3, 4, 5]


def test_epochs_order_before_sequences(rings: tuple[FrameRing, FrameRing]) -> None:
    writer, reader = rings
    put(writer, 900, epoch=1)
    put(writer, 0, epoch=2)
    newest = reader.newest()
    assert newest is not None
    assert newest[1].key == FrameKey(2, 0)


def test_rubbish_is_not_a_ring(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\0" * 5000)
    with pytest.raises(ValueError, match="not a frame ring"):
        FrameRing.open(path)
