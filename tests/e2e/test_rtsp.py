"""RTSP cameras, over TCP and UDP, from a server that also misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.capturing import capturing
from support.rtsp_server import PASSWORD, USER, RtspServer
from watchpost.domain.cameras import CameraState, Source, SourceKind
from watchpost.domain.frames import InputSpec
from watchpost.engine.capture.events import FrameReady, Opened, StateChanged

LONG_S = 30.0


@pytest.fixture
def server() -> Iterator[RtspServer]:
    made = RtspServer()
    yield made
    made.close()


def camera(server: RtspServer, transport: str = "tcp", password: str = "") -> Source:
    return Source(
        SourceKind.RTSP,
        server.url,
        transport=transport,
        user=USER if password else "",
        password=password,
    )


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_pictures_come_by_the_transport_that_was_asked_for(
    tmp_path: Path, server: RtspServer, transport: str
) -> None:
    with capturing(tmp_path, camera(server, transport), started=False) as (
        process,
        events,
    ):
        process.set_input(InputSpec(320, 192))
        process.start()
        opened = events.wait_for(Opened, timeout_s=LONG_S)
        assert (opened.width, opened.height) == (768, 432)
        events.wait_for(
            FrameReady, lambda e: e.header.key.sequence >= 20, timeout_s=LONG_S
        )
    assert set(server.transports) == {transport}


def test_a_stream_that_ends_is_a_disconnect_and_comes_back(
    tmp_path: Path, server: RtspServer
) -> None:
    server.ends_after = 60
    with capturing(tmp_path, camera(server), started=False) as (process, events):
        process.set_input(InputSpec(320, 192))
        process.start()
        events.wait_for(FrameReady, lambda e: e.header.key.epoch == 1, timeout_s=LONG_S)
        lost = events.wait_for(
            StateChanged, lambda e: e.state is CameraState.RETRYING, timeout_s=LONG_S
        )
        assert lost.sentence
        events.wait_for(FrameReady, lambda e: e.header.key.epoch == 2, timeout_s=LONG_S)


def test_a_wrong_password_is_refused_in_words_and_the_right_one_serves(
    tmp_path: Path, server: RtspServer
) -> None:
    server.needs_password = True
    with capturing(tmp_path / "wrong", camera(server, password="guess")) as (_, events):
        refused = events.wait_for(
            StateChanged, lambda e: e.state is CameraState.REFUSED, timeout_s=LONG_S
        )
        assert "password" in refused.sentence
        assert "guess" not in refused.sentence
    with capturing(tmp_path / "right", camera(server, password=PASSWORD)) as (
        _,
        events,
    ):
        events.wait_for(Opened, timeout_s=LONG_S)


def test_a_camera_that_says_nothing_is_given_up_in_time(
    tmp_path: Path, server: RtspServer
) -> None:
    server.silent = True
    with capturing(tmp_path, camera(server)) as (_, events):
        state = events.wait_for(
            StateChanged, lambda e: e.next_try_ns is not None, timeout_s=LONG_S
        )
        assert state.sentence
