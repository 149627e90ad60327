"""The live stream: results, states, counts and alarms as they happen."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from watchpost.api.auth import identify_socket, services_of
from watchpost.api.hub import Listener

router = APIRouter()


@router.websocket("/live")
async def live(websocket: WebSocket) -> None:
    """Send every live message to this listener until it goes."""
    if await identify_socket(websocket) is None:
        return
    hub = (await services_of(websocket)).live
    # Joined before it is accepted: from "connected" on, nothing is missed.
    listener = hub.join()
    try:
        await websocket.accept()
        sender = asyncio.create_task(_send(websocket, listener))
        try:
            await _until_gone(websocket)
        finally:
            sender.cancel()
    finally:
        hub.leave(listener)


async def _send(websocket: WebSocket, listener: Listener) -> None:
    try:
        while True:
            for text in await listener.take():
                await websocket.send_text(text)
    except (WebSocketDisconnect, RuntimeError):
        # It went while we were sending; the receiving side ends the route.
        return


async def _until_gone(websocket: WebSocket) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
