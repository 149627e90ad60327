"""Tokens: one for consoles of the same OS user, one for every paired console."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import threading

from watchpost.api.identity import Identity
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.files import replace_file
from watchpost.base.paths import DataFolder
from watchpost.store.tokens import TokenRepository

LOCAL_USER = "this computer"
_REMEMBER_NS = 30 * NS_PER_S
_MAX_REMEMBERED = 256


class Access:
    """Knows who holds which token. Thread-safe.

    The local token is good over loopback alone. Tokens of paired consoles are looked up
    in the store and remembered for half a minute, so that a revoked one ends soon.
    """

    def __init__(
        self, local_token: str, tokens: TokenRepository, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._local_token = local_token.encode()
        self._tokens = tokens
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: dict[tuple[str, bool], tuple[int, Identity]] = {}

    def authenticate(self, token: str, *, remote: bool) -> Identity | None:
        """Return who holds the token, or None."""
        if hmac.compare_digest(token.encode(), self._local_token):
            return None if remote else Identity(LOCAL_USER, "admin", remote=False)
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            known = self._remembered.get((token, remote))
            if known is not None and known[0] > now_ns:
                return known[1]
        found = self._tokens.check(token)
        if found is None:
            return None
        identity = Identity(found.name, found.role, remote=remote)
        with self._lock:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[token, remote] = (now_ns + _REMEMBER_NS, identity)
        return identity


def local_token(folder: DataFolder) -> tuple[str, int]:
    """Return the token and port for this start.

    Those of the last start are used again, so that a console needs to learn nothing
    when an edge was restarted. The file was and is readable by this OS user alone.
    """
    try:
        said = json.loads(folder.token_file.read_text(encoding="utf-8"))
        token, port = str(said["token"]), int(str(said["url"]).rpartition(":")[2])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.token_urlsafe(32), 0
    return (token, port) if len(token) >= 32 else (secrets.token_urlsafe(32), port)


def write_token_file(folder: DataFolder, port: int, token: str) -> None:
    """Tell consoles of the same OS user where we are."""
    said = {"url": f"http://127.0.0.1:{port}", "token": token, "pid": os.getpid()}
    replace_file(folder.token_file, json.dumps(said).encode(), private=True)
