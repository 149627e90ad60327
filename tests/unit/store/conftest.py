from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.counting import SetClock, camera_spec
from watchpost.base.paths import DataFolder
from watchpost.store.cameras import CameraRecord, CameraRepository
from watchpost.store.database import Database
from watchpost.store.ledger import Ledger
from watchpost.store.secrets import SecretStore
from watchpost.store.settings import SettingsRepository


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def db(folder: DataFolder, clock: SetClock) -> Iterator[Database]:
    database = Database(folder, clock=clock)
    database.open()
    yield database
    database.close()


@pytest.fixture
def secrets(db: Database, folder: DataFolder) -> SecretStore:
    return SecretStore(folder, SettingsRepository(db))


@pytest.fixture
def cameras(db: Database, secrets: SecretStore) -> CameraRepository:
    return CameraRepository(db, secrets)


@pytest.fixture
def camera(cameras: CameraRepository) -> CameraRecord:
    return cameras.add(camera_spec(), "tester")


@pytest.fixture
def ledger(db: Database) -> Ledger:
    return Ledger(db)
