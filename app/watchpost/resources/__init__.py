"""Finds the files that travel with the product; nothing else opens one.

Names are relative with forward slashes, such as ``icons/camera.svg``. In a wheel and in
the frozen bundle the files lie beside this module; in a checkout, in the top-level
``resources`` folder.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    packaged = Path(__file__).parent
    return (
        packaged if (packaged / "icons").is_dir() else packaged.parents[2] / "resources"
    )


def path(name: str) -> Path:
    """Return where a resource lies.

    Raises:
        FileNotFoundError: There is no such resource.
    """
    found = _root() / name
    if not found.exists():
        raise FileNotFoundError(f"No resource is called {name}.")
    return found


def text(name: str) -> str:
    """Return a resource's content as text."""
    return path(name).read_text(encoding="utf-8")
