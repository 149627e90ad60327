"""A camera's own packets, for viewers that cannot map its pictures."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool

from watchpost.api.auth import identify_socket, services_of
from watchpost.api.packets import Viewer
from watchpost.api.problems import error_response
from watchpost.base.errors import WatchpostError

router = APIRouter()


@router.websocket("/cameras/{camera_id}/packets")
async def packets(websocket: WebSocket, camera_id: str) -> None:
    """Send a header, then packets from a key frame on, until the viewer goes."""
    if await identify_socket(websocket) is None:
        return
    services = await services_of(websocket)
    try:
        relay = await run_in_threadpool(services.cameras.relay, camera_id)
    except WatchpostError as error:
        await websocket.send_denial_response(error_response(error))
        return
    await websocket.accept()
    viewer = relay.join()
    try:
        sender = asyncio.create_task(_send(websocket, viewer))
        try:
            while (await websocket.receive())["type"] != "websocket.disconnect":
                pass
        finally:
            sender.cancel()
    finally:
        relay.leave(viewer)


async def _send(websocket: WebSocket, viewer: Viewer) -> None:
    try:
        while True:
            for message in await viewer.take():
                if isinstance(message, str):
                    await websocket.send_text(message)
                else:
                    await websocket.send_bytes(message)
    except (WebSocketDisconnect, RuntimeError):
        # It went while we were sending; the receiving side ends the route.
        return
