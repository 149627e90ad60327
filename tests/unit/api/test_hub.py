"""The live hub: nobody blocks, nobody misses without being told."""

from __future__ import annotations

import asyncio

from watchpost.api.hub import LiveHub
from watchpost.protocol.live import (
    LIVE_MESSAGE,
    CamerasChanged,
    CountsChanged,
    DisputesChanged,
    LiveMessage,
    Missed,
    Result,
)


def result(sequence: int) -> Result:
    return Result(
        camera_id="c",
        epoch=1,
        sequence=sequence,
        pts_ns=0,
        at_ns=0,
        latency_ms=1.0,
        model="m",
        boxes=(),
    )


def taken(hub: LiveHub, *messages: LiveMessage) -> list[LiveMessage]:
    async def session() -> list[LiveMessage]:
        listener = hub.join()
        for message in messages:
            hub.publish(message)
        return [LIVE_MESSAGE.validate_json(text) for text in await listener.take()]

    return asyncio.run(session())


def test_messages_come_in_order() -> None:
    sent = (result(1), CamerasChanged(), result(2))
    assert taken(LiveHub(), *sent) == list(sent)


def test_a_slow_listener_loses_results_first_and_is_told() -> None:
    hub = LiveHub(capacity=3)
    got = taken(
        hub, CamerasChanged(), result(1), result(2), CountsChanged(), DisputesChanged()
    )
    assert got == [
        Missed(messages=2),
        CamerasChanged(),
        CountsChanged(),
        DisputesChanged(),
    ]


def test_without_expendable_messages_the_oldest_goes() -> None:
    got = taken(LiveHub(capacity=1), CamerasChanged(), CountsChanged())
    assert got == [Missed(messages=1), CountsChanged()]


def test_the_missed_are_told_once() -> None:
    async def session() -> list[str]:
        hub = LiveHub(capacity=1)
        listener = hub.join()
        hub.publish(result(1))
        hub.publish(result(2))
        await listener.take()
        hub.publish(result(3))
        return await listener.take()

    assert len(asyncio.run(session())) == 1


def test_a_message_from_another_thread_wakes_the_listener() -> None:
    async def session() -> list[str]:
        hub = LiveHub()
        listener = hub.join()
        waiting = asyncio.create_task(listener.take())
        await asyncio.sleep(0)
        await asyncio.to_thread(hub.publish, CamerasChanged())
        return await asyncio.wait_for(waiting, 5)

    assert len(asyncio.run(session())) == 1


def test_who_left_gets_nothing() -> None:
    async def session() -> int:
        hub = LiveHub()
        listener = hub.join()
        hub.leave(listener)
        hub.leave(listener)
        hub.publish(CamerasChanged())
        return hub.listeners

    assert asyncio.run(session()) == 0


def test_a_listener_whose_loop_is_gone_harms_nobody() -> None:
    hub = LiveHub()

    async def session() -> None:
        hub.join()

    asyncio.run(session())
    hub.publish(CamerasChanged())
