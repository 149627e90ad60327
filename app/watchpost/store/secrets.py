"""Passwords: in the system's keyring, or in an encrypted file where there is none.

Never in the database, a log or an export. The place is chosen at the first start and
kept, so that a password is never looked for where it was not put.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Protocol

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
from cryptography.fernet import Fernet, InvalidToken
from keyring.errors import KeyringError, PasswordDeleteError

from watchpost.base.errors import StoreError
from watchpost.base.files import replace_file
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.store.settings import SettingsRepository

_FACT = "secrets"
_PROBE_S = 3.0

_log = get_logger(__name__)


class _Place(Protocol):
    def get(self, name: str) -> str: ...

    def put(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None: ...


class SecretStore:
    """Keeps secrets under names such as ``camera:<id>``. Safe on any thread."""

    def __init__(self, folder: DataFolder, settings: SettingsRepository) -> None:
        self._lock = threading.Lock()
        service = f"watchpost-{settings.identity().id}"
        chosen = settings.fact(_FACT)
        if chosen is None:
            chosen = "keyring" if _keyring_works(service) else "file"
            settings.set_fact(_FACT, chosen)
            _log.info("secrets_place", place=chosen)
        self.place: str = chosen
        self._place: _Place = (
            _Keyring(service) if chosen == "keyring" else _File(folder)
        )

    def get(self, name: str) -> str:
        """Return a secret, empty when there is none.

        Raises:
            StoreError: The place cannot be read.
        """
        with self._lock:
            return self._place.get(name)

    def put(self, name: str, value: str) -> None:
        """Keep a secret; an empty one is deleted.

        Raises:
            StoreError: The place cannot be written.
        """
        with self._lock:
            if value:
                self._place.put(name, value)
            else:
                self._place.delete(name)

    def delete(self, name: str) -> None:
        """Forget a secret; harmless when there is none."""
        with self._lock:
            self._place.delete(name)


class _Keyring:
    def __init__(self, service: str) -> None:
        self._service = service

    def get(self, name: str) -> str:
        try:
            return keyring.get_password(self._service, name) or ""
        except KeyringError as error:
            raise _keyring_away(error) from error

    def put(self, name: str, value: str) -> None:
        try:
            keyring.set_password(self._service, name, value)
        except KeyringError as error:
            raise _keyring_away(error) from error

    def delete(self, name: str) -> None:
        try:
            keyring.delete_password(self._service, name)
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise _keyring_away(error) from error


class _File:
    """One encrypted file (Fernet: AES-CBC and HMAC) beside its key, both mode 600.

    This keeps secrets out of backups of the database and of diagnostics, not from
    somebody who can read this OS user's files.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._path = folder.secrets
        self._key_path = folder.secrets.with_suffix(".key")

    def get(self, name: str) -> str:
        return self._load().get(name, "")

    def put(self, name: str, value: str) -> None:
        self._save({**self._load(), name: value})

    def delete(self, name: str) -> None:
        kept = self._load()
        if kept.pop(name, None) is not None:
            self._save(kept)

    def _load(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        try:
            plain = self._fernet().decrypt(self._path.read_bytes())
        except (InvalidToken, ValueError, OSError) as error:
            raise StoreError(
                f"The stored passwords in {self._path.name} cannot be read.",
                todo="Move the file away and type the cameras' passwords again.",
                code="secrets.damaged",
            ) from error
        kept: dict[str, str] = json.loads(plain)
        return kept

    def _save(self, kept: dict[str, str]) -> None:
        sealed = self._fernet().encrypt(json.dumps(kept).encode("utf-8"))
        try:
            replace_file(self._path, sealed, private=True)
        except OSError as error:
            raise StoreError(
                f"The password cannot be stored ({error.strerror}).",
                todo="Free space in the data folder or check its permissions.",
                code="secrets.disk",
            ) from error

    def _fernet(self) -> Fernet:
        if not self._key_path.exists():
            replace_file(self._key_path, Fernet.generate_key(), private=True)
        self._refuse_open_key()
        return Fernet(self._key_path.read_bytes())

    def _refuse_open_key(self) -> None:
        if sys.platform != "win32" and self._key_path.stat().st_mode & 0o077:
            raise StoreError(
                f"Other users can read the key {self._key_path.name}.",
                todo=f"Run: chmod 600 {self._key_path}",
                code="secrets.mode",
            )


def _keyring_works(service: str) -> bool:
    """Try the keyring for some seconds: one that waits for a person to unlock it hangs."""
    if isinstance(
        keyring.get_keyring(),
        keyring.backends.fail.Keyring | keyring.backends.null.Keyring,
    ):
        return False
    worked = threading.Event()

    def probe() -> None:
        try:
            keyring.set_password(service, "probe", "probe")
            if keyring.get_password(service, "probe") == "probe":
                worked.set()
            keyring.delete_password(service, "probe")
        except Exception as error:  # noqa: BLE001 back ends raise their libraries' own
            _log.info("keyring_unusable", error=str(error))

    thread = threading.Thread(target=probe, name="keyring-probe", daemon=True)
    thread.start()
    thread.join(_PROBE_S)
    return worked.is_set() and not thread.is_alive()


def _keyring_away(error: KeyringError) -> StoreError:
    return StoreError(
        f"The system's keyring does not answer ({error}).",
        todo="Unlock it, or sign in as the user who added the camera.",
        code="secrets.keyring",
    )
