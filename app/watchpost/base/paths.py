"""Where things lie: the folders of an edge's data and of the console's settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

_APP = "watchpost"


def default_data_folder() -> Path:
    """Return where an edge of this OS user keeps its data."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "edge"


def demo_data_folder() -> Path:
    """Return where the demo site keeps its data, apart from any real site."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "demo"


def console_folder() -> Path:
    """Return where the console keeps settings, layouts and known edges."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The layout of an edge's data folder."""

    root: Path

    @property
    def database(self) -> Path:
        """SQLite: cameras, rules, the ledger, alarms, health history."""
        return self.root / "watchpost.sqlite3"

    @property
    def recordings(self) -> Path:
        """Segments: ``YYYY-MM-DD/HH/<camera id>/MM.SS.mkv`` and their sidecars."""
        return self.root / "recordings"

    @property
    def frames(self) -> Path:
        """Frame rings shared with child processes and the local console."""
        return self.root / "frames"

    @property
    def models(self) -> Path:
        """The customer's ONNX files, named by content."""
        return self.root / "models"

    @property
    def logs(self) -> Path:
        """Rotating logs."""
        return self.root / "logs"

    @property
    def token_file(self) -> Path:
        """Address and token for consoles of the same OS user (JSON, mode 600)."""
        return self.root / "edge.json"

    @property
    def secrets(self) -> Path:
        """Encrypted secrets, where the system has no keyring."""
        return self.root / "secrets.bin"

    @property
    def certificate(self) -> Path:
        """The edge's own TLS certificate and key (PEM, mode 600)."""
        return self.root / "edge.pem"

    @property
    def reserve(self) -> Path:
        """Space kept free for the database on a full disk; dropped when needed."""
        return self.root / "reserve.bin"

    def create(self) -> None:
        """Make the folders; existing ones stay as they are."""
        for folder in (self.root, self.recordings, self.frames, self.models, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
