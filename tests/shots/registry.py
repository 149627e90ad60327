"""Every picture that is taken, and of which pages.

A page's pictures stand in ``tests/shots/pages/<page>.py`` as ``SHOTS``; a test fails for
a page without any.
"""

from __future__ import annotations

import importlib
import pkgutil

from shots import pages
from shots.stage import Shot


def all_shots() -> list[Shot]:
    """Return every picture of every page."""
    found: list[Shot] = []
    for module in pkgutil.iter_modules(pages.__path__):
        found += importlib.import_module(f"shots.pages.{module.name}").SHOTS
    return found
