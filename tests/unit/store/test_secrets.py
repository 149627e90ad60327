from __future__ import annotations

import stat
import sys
import threading

import keyring
import keyring.backend
import pytest
from keyring.errors import KeyringError, PasswordDeleteError

from watchpost.base.errors import StoreError
from watchpost.base.paths import DataFolder
from watchpost.store import secrets as secrets_module
from watchpost.store.database import Database
from watchpost.store.secrets import SecretStore
from watchpost.store.settings import SettingsRepository

CANARY = "canary-pässwörd"


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory, which can be locked."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _unlocked(self) -> None:
        if self.locked:
            raise KeyringError("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._unlocked()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._unlocked()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._unlocked()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


@pytest.fixture
def settings(db: Database) -> SettingsRepository:
    return SettingsRepository(db)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(made, name))
    return made


def test_without_a_keyring_secrets_are_in_an_encrypted_file(
    folder: DataFolder, settings: SettingsRepository
) -> None:
    store = SecretStore(folder, settings)
    assert store.place == "file"
    assert store.get("camera:1") == ""
    store.put("camera:1", CANARY)
    store.put("camera:2", "other")
    store.delete("camera:2")
    store.delete("camera:2")
    again = SecretStore(folder, settings)
    assert (again.get("camera:1"), again.get("camera:2")) == (CANARY, "")
    assert CANARY.encode() not in folder.secrets.read_bytes()
    again.put("camera:1", "")
    assert again.get("camera:1") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_only_the_owner_can_read_the_files(
    folder: DataFolder, settings: SettingsRepository
) -> None:
    store = SecretStore(folder, settings)
    store.put("camera:1", CANARY)
    key = folder.secrets.with_suffix(".key")
    for path in (folder.secrets, key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key.chmod(0o644)
    with pytest.raises(StoreError) as caught:
        store.get("camera:1")
    assert caught.value.code == "secrets.mode"
    assert f"chmod 600 {key}" in caught.value.todo


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_damaged_file_is_a_sentence(
    folder: DataFolder, settings: SettingsRepository, content: bytes
) -> None:
    store = SecretStore(folder, settings)
    store.put("camera:1", CANARY)
    folder.secrets.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        store.get("camera:1")
    assert caught.value.code == "secrets.damaged"


def test_a_keyring_is_used_and_stays_the_place(
    folder: DataFolder, settings: SettingsRepository, ring: Ring
) -> None:
    store = SecretStore(folder, settings)
    assert store.place == "keyring"
    store.put("camera:1", CANARY)
    store.delete("camera:2")
    assert store.get("camera:1") == CANARY
    assert not folder.secrets.exists()
    ring.locked = True
    again = SecretStore(folder, settings)
    assert again.place == "keyring"
    for use in (
        lambda: again.get("camera:1"),
        lambda: again.put("camera:1", "x"),
        lambda: again.delete("camera:1"),
    ):
        with pytest.raises(StoreError) as caught:
            use()
        assert caught.value.code == "secrets.keyring"


def test_a_keyring_that_waits_for_somebody_is_not_waited_for(
    folder: DataFolder,
    settings: SettingsRepository,
    ring: Ring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody_came = threading.Event()
    monkeypatch.setattr(secrets_module, "_PROBE_S", 0.05)
    monkeypatch.setattr(
        keyring, "set_password", lambda *_: nobody_came.wait(20) and None
    )
    assert SecretStore(folder, settings).place == "file"
    nobody_came.set()


def test_a_locked_keyring_is_not_chosen(
    folder: DataFolder, settings: SettingsRepository, ring: Ring
) -> None:
    ring.locked = True
    assert SecretStore(folder, settings).place == "file"
