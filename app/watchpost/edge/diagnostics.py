"""What support needs, in one zip without secrets, addresses' passwords or pictures."""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from watchpost import __version__
from watchpost.base.log import get_logger, redact
from watchpost.base.paths import DataFolder

_PACKAGES = (
    "alembic",
    "av",
    "fastapi",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pydantic",
    "sqlalchemy",
    "uvicorn",
    "websockets",
)
_MAX_LOG_BYTES = 4 << 20

_log = get_logger(__name__)


def diagnostics_zip(folder: DataFolder, facts: dict[str, object]) -> bytes:
    """Return a zip of logs, versions and facts.

    Args:
        folder: Whose logs.
        facts: File name to JSON-able content: settings, cameras, alarms, health. The
            caller leaves secrets out; URLs are redacted here once more.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("versions.json", _json(_versions()))
        for name, content in facts.items():
            archive.writestr(f"{name}.json", redact(_json(content)))
        for path in sorted(folder.logs.glob("watchpost.log*")):
            archive.writestr(f"logs/{path.name}", redact(_tail(path)))
    return packed.getvalue()


def _versions() -> dict[str, str]:
    found = {
        "watchpost": __version__,
        "python": sys.version,
        "system": platform.platform(),
    }
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, default=str)


def _tail(path: Path) -> str:
    try:
        return path.read_bytes()[-_MAX_LOG_BYTES:].decode("utf-8", "replace")
    except OSError as error:
        _log.warning("log not exported", file=path.name, error=str(error))
        return ""
