"""The live stream against a real server: messages, refusal, silence, coming back."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support import api_stub
from watchpost.api.application import create_app
from watchpost.api.server import ApiServer
from watchpost.api.services import Services
from watchpost.base.sockets import listen
from watchpost.client import live
from watchpost.client.edge import EdgeAddress
from watchpost.client.live import LiveState, LiveStream
from watchpost.protocol.live import CamerasChanged, CountsChanged, LiveMessage

WAIT_S = 20.0


class Heard:
    """What a stream told, as queues."""

    def __init__(self) -> None:
        self.messages: queue.Queue[LiveMessage] = queue.Queue()
        self.states: queue.Queue[LiveState] = queue.Queue()

    def state(self) -> LiveState:
        return self.states.get(timeout=WAIT_S)

    def message(self) -> LiveMessage:
        return self.messages.get(timeout=WAIT_S)


@contextmanager
def listening(url: str, token: str = "operator") -> Iterator[Heard]:
    heard = Heard()
    stream = LiveStream(
        EdgeAddress(url, token),
        on_message=heard.messages.put,
        on_state=heard.states.put,
    )
    stream.start()
    try:
        yield heard
    finally:
        stream.stop()


def published(found: Services, heard: Heard) -> LiveState:
    """Publish until the stream has joined; return its first state."""
    while True:
        found.live.publish(CamerasChanged())
        try:
            return heard.states.get(timeout=0.05)
        except queue.Empty:
            continue


def test_messages_arrive_and_the_state_is_connected() -> None:
    found = api_stub.services()
    with api_stub.serving(found) as url, listening(url) as heard:
        assert published(found, heard) == LiveState(True)
        assert heard.message() == CamerasChanged()


def test_a_wrong_token_is_said() -> None:
    with (
        api_stub.serving(api_stub.services()) as url,
        listening(url, "nobody") as heard,
    ):
        state = heard.state()
        assert not state.connected
        assert state.code == "edge.signed_out"
        assert "Pair the console" in state.sentence


def test_nobody_there_is_said_once() -> None:
    with listening("http://127.0.0.1:9") as heard:
        assert heard.state().code == "edge.unreachable"
        with pytest.raises(queue.Empty):
            heard.states.get(timeout=1.0)


def test_comes_back_when_the_edge_does() -> None:
    found = api_stub.services()
    first = ApiServer(create_app(found, remote=False), listen("127.0.0.1", 0))
    first.start()
    with listening(f"http://127.0.0.1:{first.port}") as heard:
        assert published(found, heard).connected
        first.stop()
        assert not heard.state().connected
        second = ApiServer(
            create_app(found, remote=False), listen("127.0.0.1", first.port)
        )
        second.start()
        try:
            while not published(found, heard).connected:
                pass
            found.live.publish(CountsChanged())
            while heard.message() != CountsChanged():
                pass
        finally:
            second.stop()


def test_silence_is_said_before_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "SILENT_AFTER_S", 0.1)
    monkeypatch.setattr(live, "_POLL_S", 0.05)
    found = api_stub.services()
    with api_stub.serving(found) as url, listening(url) as heard:
        assert published(found, heard).connected
        state = heard.state()
        assert state.code == "edge.silent"
        assert published(found, heard).connected


def test_no_callback_after_stop() -> None:
    found = api_stub.services()
    with api_stub.serving(found) as url:
        with listening(url) as heard:
            published(found, heard)
        while not heard.messages.empty():
            heard.messages.get()
        found.live.publish(CountsChanged())
        assert heard.messages.empty()


def test_a_listener_that_leaves_is_forgotten() -> None:
    found = api_stub.services()
    with api_stub.serving(found) as url:
        with listening(url) as heard:
            published(found, heard)
            assert found.live.listeners == 1
        for _ in range(200):
            if found.live.listeners == 0:
                return
            with listening(url) as other:
                published(found, other)
        raise AssertionError("the listener stayed")
