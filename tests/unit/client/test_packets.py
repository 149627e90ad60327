"""Packets over a real WebSocket: header first, then from a key frame on."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support import api_stub
from watchpost.api.packets import PacketRelay, Stream
from watchpost.base.errors import EdgeError, StoreError
from watchpost.client.edge import EdgeAddress
from watchpost.client.live import LiveState
from watchpost.client.packets import PacketStream, RelayedPacket, unpack

WAIT_S = 20.0
STREAM = Stream(epoch=2, codec="mpeg4", width=768, height=432, extradata=b"\x00\x01")


class _Cameras:
    def __init__(self, relay: PacketRelay) -> None:
        self._relay = relay

    def relay(self, camera_id: str) -> PacketRelay:
        if camera_id != "cam":
            raise StoreError("No such camera.", todo="Look.", code="camera.unknown")
        return self._relay


class Heard:
    def __init__(self) -> None:
        self.told: queue.Queue[object] = queue.Queue()

    def next(self) -> object:
        return self.told.get(timeout=WAIT_S)


@contextmanager
def watching(relay: PacketRelay, camera_id: str = "cam") -> Iterator[Heard]:
    heard = Heard()
    with api_stub.serving(api_stub.services(cameras=_Cameras(relay))) as url:
        stream = PacketStream(
            EdgeAddress(url, "operator"),
            camera_id,
            on_header=lambda header, extra: heard.told.put(
                (header.epoch, header.first_frame_sequence, extra)
            ),
            on_packet=heard.told.put,
            on_state=heard.told.put,
        )
        stream.start()
        try:
            yield heard
        finally:
            stream.stop()


def feed(relay: PacketRelay, sequence: int, *, key: bool) -> None:
    relay.packet(
        epoch=2,
        sequence=sequence,
        pts_ns=sequence * 10,
        at_ns=77,
        is_key=key,
        payload=b"packet",
    )


def test_a_viewer_gets_header_and_packets_while_it_looks() -> None:
    wanted: queue.Queue[bool] = queue.Queue()
    relay = PacketRelay(wanted.put)
    relay.opened(STREAM)
    with watching(relay) as heard:
        assert wanted.get(timeout=WAIT_S) is True
        feed(relay, 8, key=False)
        feed(relay, 9, key=True)
        feed(relay, 10, key=False)
        assert heard.next() == LiveState(True)
        assert heard.next() == (2, 9, b"\x00\x01")
        assert heard.next() == RelayedPacket(2, 9, 90, 77, True, b"packet")
        assert heard.next() == RelayedPacket(2, 10, 100, 77, False, b"packet")
    assert wanted.get(timeout=WAIT_S) is False


def test_no_such_camera_is_said() -> None:
    with watching(PacketRelay(lambda _wanted: None), "nothing") as heard:
        state = heard.next()
    assert isinstance(state, LiveState)
    assert state.code == "camera.unknown"


def test_a_torn_message_is_refused() -> None:
    with pytest.raises(EdgeError, match="without its header"):
        unpack(b"\x00" * 8)
