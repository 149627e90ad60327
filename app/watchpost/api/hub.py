"""Fans live messages out to whoever listens, none of whom can hold the others up."""

from __future__ import annotations

import asyncio
import threading
from collections import deque

from watchpost.protocol.live import LiveMessage, Missed

CAPACITY = 512


class Listener:
    """One listener's bounded queue. Fed from any thread, emptied on its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, capacity: int) -> None:
        self._loop = loop
        self._capacity = capacity
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, bool]] = deque()
        self._missed = 0
        self._wake = asyncio.Event()

    def put(self, text: str, *, expendable: bool) -> None:
        """Queue a message; when full, the oldest expendable one goes, else the oldest."""
        with self._lock:
            if len(self._waiting) >= self._capacity:
                self._make_room()
            self._waiting.append((text, expendable))
            first = len(self._waiting) == 1
        if first:
            self._signal()

    async def take(self) -> list[str]:
        """Wait for messages and return all of them, oldest first."""
        while True:
            with self._lock:
                texts = [text for text, _ in self._waiting]
                self._waiting.clear()
                missed, self._missed = self._missed, 0
                if not texts:
                    self._wake.clear()
            if texts:
                note = [Missed(messages=missed).model_dump_json()] if missed else []
                return note + texts
            await self._wake.wait()

    def _make_room(self) -> None:
        self._missed += 1
        for place, (_, expendable) in enumerate(self._waiting):
            if expendable:
                del self._waiting[place]
                return
        self._waiting.popleft()

    def _signal(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._wake.set)
        except RuntimeError:
            # The server is gone; so is the listener.
            return


class LiveHub:
    """Takes messages from any thread and hands each to every listener."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def publish(self, message: LiveMessage) -> None:
        """Send a message to everybody; never blocks."""
        listeners = self._listeners
        if not listeners:
            return
        text = message.model_dump_json()
        expendable = message.type in ("result", "camera", "health")
        for listener in listeners:
            listener.put(text, expendable=expendable)

    def join(self) -> Listener:
        """Add a listener; call on its event loop."""
        listener = Listener(asyncio.get_running_loop(), self._capacity)
        with self._lock:
            self._listeners = (*self._listeners, listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Remove a listener; harmless when it left before."""
        with self._lock:
            self._listeners = tuple(x for x in self._listeners if x is not listener)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)
