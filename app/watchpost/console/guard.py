"""Looks whether a window can be opened here at all, before Qt is touched."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys

from watchpost.base.errors import ConfigError

_BAD_QT = (6, 12)


def qt_version() -> tuple[int, int]:
    """Return the installed PySide6's major and minor version.

    Raises:
        ConfigError: It is not installed.
    """
    for name in ("PySide6_Essentials", "PySide6"):
        try:
            parts = importlib.metadata.version(name).split(".")
        except importlib.metadata.PackageNotFoundError:
            continue
        return int(parts[0]), int(parts[1])
    raise ConfigError(
        "The console needs PySide6, which is not installed.",
        todo="Install it with: pip install 'watchpost[console]'.",
        code="console.no_qt",
    )


def check_pair(qt: tuple[int, int], python: tuple[int, int]) -> None:
    """Refuse a Qt that kills this Python.

    PySide6 6.12.0 drops a reference to ``None`` with every call that returns nothing;
    below Python 3.12, where ``None`` is counted, the process aborts after about 5,000.

    Raises:
        ConfigError: It is that pair.
    """
    if qt >= _BAD_QT and python < (3, 12):
        raise ConfigError(
            f"PySide6 {qt[0]}.{qt[1]} crashes Python {python[0]}.{python[1]}.",
            todo="Install PySide6 6.11 (pip install 'PySide6-Essentials<6.12') or use "
            "Python 3.12 or newer.",
            code="console.bad_qt",
        )


def check_screen() -> None:
    """Refuse to start without a screen.

    Raises:
        ConfigError: There is no display to open a window on.
    """
    displays = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in displays):
        raise ConfigError(
            "There is no screen to open a window on.",
            todo="Use 'watchpost edge' to count without a window, or "
            "'watchpost demo --headless' to see that it works.",
            code="console.no_screen",
        )


def check() -> None:
    """Refuse to start where the console cannot run.

    Raises:
        ConfigError: With the reason and what to do.
    """
    check_pair(qt_version(), sys.version_info[:2])
    check_screen()


def has_screen() -> bool:
    """Say whether a window could be opened."""
    try:
        check_screen()
    except ConfigError:
        return False
    return True
