"""Who the edge is and how it is set; changes are applied at once."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable

from watchpost import __version__
from watchpost.api.identity import Identity
from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.protocol.edge import EdgeInfo, EdgeSettings
from watchpost.store.settings import EdgeIdentity, SettingsRepository


class SettingsDesk:
    """The edge's identity and settings. Thread-safe.

    Args:
        store: Where they are kept.
        identity: Who the edge is.
        clock: For the times in :meth:`info`.
    """

    def __init__(
        self,
        store: SettingsRepository,
        identity: EdgeIdentity,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._store = store
        self._identity = identity
        self._clock = clock
        self._started_ns = clock.utc_ns()
        self._lock = threading.Lock()
        self._settings = store.load()
        self._listeners: list[Callable[[EdgeSettings], None]] = []

    def on_change(self, apply: Callable[[EdgeSettings], None]) -> None:
        """Have something called with every new settings."""
        self._listeners.append(apply)

    def info(self, caller: Identity) -> EdgeInfo:
        """Say who the edge is and who the caller is to it."""
        return EdgeInfo(
            id=self._identity.id,
            name=self._settings.name,
            version=__version__,
            demo=self._identity.demo,
            started_ns=self._started_ns,
            now_ns=self._clock.utc_ns(),
            hostname=platform.node(),
            shared_memory=not caller.remote,
            role=caller.role,
            user=caller.user,
        )

    def settings(self) -> EdgeSettings:
        """Return the settings in force."""
        return self._settings

    def save_settings(self, settings: EdgeSettings, by: Identity) -> EdgeSettings:
        """Store and apply."""
        with self._lock:
            self._settings = self._store.save(settings, by.user)
            for apply in self._listeners:
                apply(self._settings)
            return self._settings


def workers_of(settings: EdgeSettings) -> int:
    """Return how many inference workers the settings mean on this computer."""
    if settings.workers:
        return settings.workers
    # One core stays for capture, tracking and the API; more than four seldom help.
    return max(1, min(4, (os.cpu_count() or 2) - 1))
