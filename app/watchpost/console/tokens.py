"""Tokens of edges on other machines: in the system's keyring, or in a private file."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
from keyring.errors import KeyringError

from watchpost.base.files import replace_file
from watchpost.base.log import get_logger

_SERVICE = "watchpost-console"
_log = get_logger(__name__)


class TokenStore:
    """Keeps tokens by edge.

    Where the system has no keyring they go to a file that the same OS user alone can
    read, as an edge's own token file does.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "tokens.json"

    def get(self, key: str) -> str:
        """Return an edge's token; empty when it is not known (pair again)."""
        try:
            found = keyring.get_password(_SERVICE, key)
        except KeyringError:
            found = None
        return found or self._read().get(key, "")

    def put(self, key: str, token: str) -> None:
        """Keep an edge's token."""
        try:
            keyring.set_password(_SERVICE, key, token)
            if keyring.get_password(_SERVICE, key) == token:
                return
        except KeyringError as error:
            _log.info("no keyring, token kept in a file", error=str(error))
        self._write({**self._read(), key: token})

    def remove(self, key: str) -> None:
        """Forget an edge's token."""
        try:
            keyring.delete_password(_SERVICE, key)
        except KeyringError:
            _log.debug("token not in the keyring")
        kept = self._read()
        if kept.pop(key, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return (
            {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}
        )

    def _write(self, tokens: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, json.dumps(tokens).encode(), private=True)
