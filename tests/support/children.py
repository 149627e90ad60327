"""What child processes of tests do."""

from __future__ import annotations

import threading

from watchpost.base.channel import Channel, ChannelClosedError


def echo(channel: Channel, prefix: str) -> None:
    """Answer every message until the channel closes."""
    try:
        while True:
            got = channel.receive()
            assert got is not None
            message, payload = got
            channel.send({"said": prefix + message["say"]}, payload)
    except ChannelClosedError:
        return


def hang(channel: Channel) -> None:
    """Say hello, then never do anything again."""
    channel.send({"hello": True})
    threading.Event().wait()
