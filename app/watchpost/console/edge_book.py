"""Edges on other machines: paired once, kept, connected at every start."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from watchpost.base.clock import Clock
from watchpost.base.errors import WatchpostError
from watchpost.client.edge import EdgeAddress, EdgeClient
from watchpost.client.pairing import PairedEdge, pair
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.bridge.tasks import Tasks
from watchpost.console.preferences import KnownEdge, PreferencesStore
from watchpost.console.tokens import TokenStore

Pair = Callable[[str, str, str], PairedEdge]


class EdgeBook(QObject):
    """Knows the edges that let this console in.

    Signals:
        joined: An :class:`EdgeLink` was added and is connecting.
    """

    joined = Signal(object)

    def __init__(
        self,
        edges: Edges,
        preferences: PreferencesStore,
        tasks: Tasks,
        clock: Clock,
        *,
        pair_with: Pair = pair,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._edges, self._preferences = edges, preferences
        self._tasks, self._clock, self._pair = tasks, clock, pair_with
        self._tokens = TokenStore(preferences.folder)

    @property
    def known(self) -> tuple[KnownEdge, ...]:
        """The edges that let us in."""
        return self._preferences.now.edges

    def open_all(self) -> None:
        """Connect to every known edge."""
        for known in self.known:
            self._open(known)

    def add(
        self,
        address: str,
        code: str,
        on_success: Callable[[str], None],
        on_failure: Callable[[WatchpostError], None],
    ) -> None:
        """Pair with an edge and connect to it.

        Args:
            address: As typed, such as ``192.0.2.7``.
            code: One-time code that the other computer shows.
            on_success: Gets the edge's name.
            on_failure: Gets the error; nothing was kept.
        """
        call = partial(self._pair, address, code, platform.node()[:80] or "console")
        self._tasks.run(call, partial(self._on_paired, on_success), on_failure)

    def remove(self, key: str) -> None:
        """Forget an edge; it goes on counting without us."""
        self._tokens.remove(key)
        self._preferences.update(edges=tuple(k for k in self.known if k.key != key))
        self._edges.remove(key)

    def _on_paired(self, on_success: Callable[[str], None], paired: PairedEdge) -> None:
        address = paired.address
        known = KnownEdge(
            key=paired.info.id,
            name=paired.info.name,
            url=address.url,
            fingerprint=address.fingerprint,
            certificate_pem=address.certificate_pem,
        )
        self._tokens.put(known.key, address.token)
        self._edges.remove(known.key)
        others = tuple(k for k in self.known if k.key != known.key)
        self._preferences.update(edges=(*others, known))
        self._open(known)
        on_success(known.name)

    def _open(self, known: KnownEdge) -> None:
        token = self._tokens.get(known.key)
        address = EdgeAddress(
            known.url, token, known.fingerprint, known.certificate_pem
        )
        link = EdgeLink(known.key, known.name, EdgeClient(address), clock=self._clock)
        self._edges.add(link)
        self.joined.emit(link)
        link.start()
