from __future__ import annotations

from support.counting import NOON
from watchpost.protocol.edge import EdgeSettings
from watchpost.store.database import Database
from watchpost.store.settings import SettingsRepository


def test_an_edge_is_who_it_was(db: Database) -> None:
    first = SettingsRepository(db).identity(demo=True)
    assert first.created_ns == NOON
    assert first.demo
    assert SettingsRepository(db).identity() == first


def test_settings_are_kept(db: Database) -> None:
    settings = SettingsRepository(db)
    assert settings.load() == EdgeSettings()
    saved = EdgeSettings(name="Depot North", recording_quota_gib=5)
    settings.save(saved, "a")
    assert settings.load() == saved


def test_a_value_that_no_longer_fits_is_left_out(db: Database) -> None:
    settings = SettingsRepository(db)
    settings.set_fact(
        "settings", {"name": "Depot", "workers": 10**6, "from_the_future": True}
    )
    assert settings.load() == EdgeSettings(name="Depot")
