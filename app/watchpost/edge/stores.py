"""Everything an edge keeps, opened together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.paths import DataFolder
from watchpost.store.alarms import AlarmRepository
from watchpost.store.audit import AuditLog
from watchpost.store.cameras import CameraRepository
from watchpost.store.counts import CountReader
from watchpost.store.coverage import CoverageRepository
from watchpost.store.database import Database
from watchpost.store.disk import StorageReport
from watchpost.store.disputes import DisputeRepository
from watchpost.store.health import HealthHistory
from watchpost.store.ledger import Ledger
from watchpost.store.models import ModelRepository
from watchpost.store.pictures import PictureRepository
from watchpost.store.secrets import SecretStore
from watchpost.store.segments import SegmentIndex
from watchpost.store.settings import EdgeIdentity, SettingsRepository
from watchpost.store.tokens import TokenRepository
from watchpost.store.values import ValueRepository
from watchpost.store.verdicts import VerdictRepository


@dataclass(frozen=True, slots=True)
class Stores:
    """The repositories of one data folder."""

    folder: DataFolder
    database: Database
    identity: EdgeIdentity
    settings: SettingsRepository
    cameras: CameraRepository
    ledger: Ledger
    verdicts: VerdictRepository
    counts: CountReader
    disputes: DisputeRepository
    coverage: CoverageRepository
    alarms: AlarmRepository
    segments: SegmentIndex
    models: ModelRepository
    health: HealthHistory
    pictures: PictureRepository
    values: ValueRepository
    tokens: TokenRepository
    audit: AuditLog

    def close(self) -> None:
        """Commit what waits and let go of the folder."""
        self.database.close()


def open_stores(
    folder: DataFolder,
    *,
    demo: bool = False,
    clock: Clock = SYSTEM_CLOCK,
    on_storage: Callable[[StorageReport], None] | None = None,
) -> Stores:
    """Open a data folder for writing; one edge at a time.

    Raises:
        StoreError: The folder is in use, full, damaged or of a newer version.
    """
    database = Database(folder, clock=clock, on_storage=on_storage)
    database.open()
    try:
        settings = SettingsRepository(database)
        return Stores(
            folder=folder,
            database=database,
            identity=settings.identity(demo=demo),
            settings=settings,
            cameras=CameraRepository(database, SecretStore(folder, settings)),
            ledger=Ledger(database),
            verdicts=VerdictRepository(database),
            counts=CountReader(database),
            disputes=DisputeRepository(database),
            coverage=CoverageRepository(database),
            alarms=AlarmRepository(database),
            segments=SegmentIndex(database),
            models=ModelRepository(database),
            health=HealthHistory(database),
            pictures=PictureRepository(database, settings),
            values=ValueRepository(database),
            tokens=TokenRepository(database),
            audit=AuditLog(database),
        )
    except BaseException:
        database.close()
        raise
