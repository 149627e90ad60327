from __future__ import annotations

import threading

import pytest

from watchpost.base.channel import Channel, ChannelClosedError


def test_messages_and_payloads_arrive_in_order() -> None:
    left, right = Channel.pair()
    left.send({"n": 1}, b"abc")
    left.send({"n": 2})
    assert right.receive(1.0) == ({"n": 1}, b"abc")
    assert right.receive(1.0) == ({"n": 2}, b"")
    left.close()
    right.close()


def test_nothing_said_is_none_within_the_timeout() -> None:
    left, right = Channel.pair()
    assert right.receive(0.01) is None
    left.close()
    right.close()


def test_a_gone_peer_is_an_end_not_a_hang() -> None:
    left, right = Channel.pair()
    left.close()
    with pytest.raises(ChannelClosedError):
        right.receive(1.0)
    with pytest.raises(ChannelClosedError):
        _talk_on(right)
    right.close()


def _talk_on(channel: Channel) -> None:
    for _ in range(10_000):
        channel.send({"x": "y" * 1000})


def test_a_large_payload_crosses_whole() -> None:
    left, right = Channel.pair()
    payload = bytes(range(256)) * 20_000
    sender = threading.Thread(target=left.send, args=({"big": True}, payload))
    sender.start()
    assert right.receive(5.0) == ({"big": True}, payload)
    sender.join()
    left.close()
    right.close()


def test_several_threads_may_send() -> None:
    left, right = Channel.pair()

    def talk(name: int) -> None:
        for index in range(50):
            left.send({"who": name, "n": index}, bytes([name]) * 5000)

    threads = [threading.Thread(target=talk, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    heard: dict[int, list[int]] = {n: [] for n in range(4)}
    for _ in range(200):
        got = right.receive(5.0)
        assert got is not None
        message, payload = got
        assert payload == bytes([message["who"]]) * 5000
        heard[message["who"]].append(message["n"])
    for thread in threads:
        thread.join()
    assert all(numbers == list(range(50)) for numbers in heard.values())
    left.close()
    right.close()


def test_rubbish_instead_of_a_message_is_a_closed_channel() -> None:
    left, right = Channel.pair()
    left.socket.sendall(b"\xff" * 64)
    with pytest.raises(ChannelClosedError):
        right.receive(1.0)
    left.close()
    right.close()
