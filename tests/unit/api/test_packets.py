"""The packet relay: every viewer begins at a key frame and never sees a torn group."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from watchpost.api import packets
from watchpost.api.packets import PacketRelay, Stream
from watchpost.client.packets import unpack
from watchpost.protocol.live import StreamHeader

STREAM = Stream(epoch=3, codec="h264", width=640, height=360, extradata=b"\x01\x02")


def feed(relay: PacketRelay, sequence: int, *, key: bool, size: int = 10) -> None:
    relay.packet(
        epoch=3,
        sequence=sequence,
        pts_ns=None if sequence == 0 else sequence * 1000,
        at_ns=sequence,
        is_key=key,
        payload=b"p" * size,
    )


def described(messages: list[str | bytes]) -> list[object]:
    return [
        StreamHeader.model_validate_json(m).first_frame_sequence
        if isinstance(m, str)
        else (unpack(m).sequence, unpack(m).is_key)
        for m in messages
    ]


def watch(story: Callable[[PacketRelay], None]) -> list[object]:
    async def session() -> list[object]:
        relay = PacketRelay(lambda _wanted: None)
        relay.opened(STREAM)
        viewer = relay.join()
        story(relay)
        return described(await asyncio.wait_for(viewer.take(), 5))

    return asyncio.run(session())


def test_begins_at_a_key_frame_with_a_header() -> None:
    def story(relay: PacketRelay) -> None:
        feed(relay, 4, key=False)
        feed(relay, 5, key=True)
        feed(relay, 6, key=False)

    assert watch(story) == [5, (5, True), (6, False)]


def test_a_second_viewer_gets_the_group_so_far() -> None:
    async def session() -> list[object]:
        relay = PacketRelay(lambda _wanted: None)
        relay.opened(STREAM)
        relay.join()
        for sequence, key in ((0, True), (1, False), (2, True), (3, False)):
            feed(relay, sequence, key=key)
        late = relay.join()
        feed(relay, 4, key=False)
        return described(await late.take())

    assert asyncio.run(session()) == [2, (2, True), (3, False), (4, False)]


def test_a_new_epoch_begins_with_a_new_header() -> None:
    def story(relay: PacketRelay) -> None:
        feed(relay, 0, key=True)
        relay.opened(Stream(4, "h264", 640, 360, b""))
        feed(relay, 1, key=False)  # of the old epoch, late
        relay.packet(epoch=4, sequence=0, pts_ns=0, at_ns=9, is_key=True, payload=b"k")

    assert watch(story) == [0, (0, True), 0, (0, True)]


def test_a_viewer_too_slow_loses_whole_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "_MAX_WAITING_BYTES", 1000)

    def story(relay: PacketRelay) -> None:
        feed(relay, 0, key=True, size=2000)
        feed(relay, 1, key=False)  # too much: all is forgotten
        feed(relay, 2, key=False)
        feed(relay, 3, key=True)
        feed(relay, 4, key=False)

    assert watch(story) == [3, (3, True), (4, False)]


def test_packets_are_asked_for_only_while_somebody_looks() -> None:
    asked: list[bool] = []

    async def session() -> None:
        relay = PacketRelay(asked.append)
        first, second = relay.join(), relay.join()
        relay.leave(first)
        relay.leave(first)
        relay.leave(second)
        relay.leave(second)

    asyncio.run(session())
    assert asked == [True, False]


def test_a_header_carries_what_a_decoder_needs() -> None:
    header = StreamHeader.model_validate_json(STREAM.header(7))
    assert (header.codec, header.width, header.height) == ("h264", 640, 360)
    assert header.extradata_base64 == "AQI="
    assert header.first_frame_sequence == 7
