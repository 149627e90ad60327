"""What this workstation remembers: looks, keys, layouts, known edges.

Kept as JSON beside the window's own state in the user's configuration folder. A field
that cannot be read falls back to its default; the others stay.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from PySide6.QtCore import QObject, Signal

from watchpost.base.files import replace_file
from watchpost.base.log import get_logger
from watchpost.console.theme import Density, ThemeName

_log = get_logger(__name__)


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class WallLayout(_Kept):
    """A saved wall: how many tiles and which cameras in which place."""

    name: str = Field(min_length=1, max_length=80)
    tiles: Literal[1, 4, 9, 16] = 4
    cameras: tuple[tuple[str, str] | None, ...] = ()
    """``(edge key, camera id)`` of each place; empty means by number."""


class KnownEdge(_Kept):
    """An edge on another machine; its token lies in the system's keyring."""

    key: str
    name: str
    url: str
    fingerprint: str = ""
    certificate_pem: str = ""


class Preferences(_Kept):
    """All of it; every field has a default."""

    version: int = 1
    theme: ThemeName = ThemeName.DARK
    density: Density = Density.DESK
    less_motion: bool = False
    single_keys: bool = True
    keys: dict[str, tuple[str, ...]] = {}
    on_close: Literal["ask", "stop", "continue"] = "ask"
    overlays: bool = True
    layouts: tuple[WallLayout, ...] = ()
    edges: tuple[KnownEdge, ...] = ()
    pages: dict[str, dict[str, Any]] = {}
    """What each page wants to find again."""
    last_page: str = "wall"
    last_edge: str = "local"
    second_window: bool = False
    tour_done: bool = False


class PreferencesStore(QObject):
    """Reads, keeps and writes the preferences. GUI thread.

    Signals:
        changed: A field changed; written to disk already.
    """

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._path = folder / "console.json"
        self.now = load(self._path)

    def update(self, **fields: Any) -> None:
        """Change fields, write them and tell everybody."""
        now = self.now.model_copy(update=fields)
        if now == self.now:
            return
        self.now = now
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(
                self._path, now.model_dump_json(indent=1).encode(), private=True
            )
        except OSError as error:
            # Losing a preference must not stop anybody from working.
            _log.warning("preferences not written", error=str(error))
        self.changed.emit()


def load(path: Path) -> Preferences:
    """Read preferences field by field; what cannot be read gets its default."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError) as error:
        _log.warning("preferences not read", error=str(error))
        return Preferences()
    if not isinstance(raw, dict):
        return Preferences()
    kept: dict[str, Any] = {}
    for name, value in raw.items():
        try:
            Preferences.model_validate({name: value})
        except ValidationError:
            _log.warning("preference not understood", field=name)
            continue
        kept[name] = value
    return Preferences.model_validate(kept)
