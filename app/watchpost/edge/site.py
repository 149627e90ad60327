"""The edge as a whole, as the API asks for it."""

from __future__ import annotations

from collections.abc import Callable

from watchpost.api.identity import Identity
from watchpost.edge.settings import SettingsDesk
from watchpost.protocol.edge import EdgeInfo, EdgeSettings


class Site:
    """Settings and diagnostics. Thread-safe."""

    def __init__(self, desk: SettingsDesk, diagnostics: Callable[[], bytes]) -> None:
        self._desk = desk
        self._diagnostics = diagnostics

    def info(self, caller: Identity) -> EdgeInfo:
        """Say who the edge is and who the caller is to it."""
        return self._desk.info(caller)

    def settings(self) -> EdgeSettings:
        """Return the settings in force."""
        return self._desk.settings()

    def save_settings(self, settings: EdgeSettings, by: Identity) -> EdgeSettings:
        """Store and apply."""
        return self._desk.save_settings(settings, by)

    def diagnostics(self) -> bytes:
        """Return a zip without secrets."""
        return self._diagnostics()
