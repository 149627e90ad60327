"""Pins the environment before anything imports Qt, and finds the shared material."""

from __future__ import annotations

import gc
import itertools
import os
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_DATA = _ROOT.parent / "shared" / "data"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["QT_FONT_DPI"] = "96"
os.environ["TZ"] = "UTC"
os.environ["LC_ALL"] = "C.UTF-8"
_FONTS = _ROOT / "tests" / "support" / "fonts.conf"
if _FONTS.exists():
    os.environ["FONTCONFIG_FILE"] = str(_FONTS)
# Child processes are spawned: they find the package by this path.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(_ROOT / "app"), str(_ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
)
for folder in (_ROOT / "app", _ROOT / "tests"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


# Garbage is collected between tests, on the main thread: Qt objects must not end on
# whatever thread of another test happens to allocate (see console/collector.py).
_FULL_EVERY = 100
_tests_ended = itertools.count(1)


def pytest_configure() -> None:
    """Switch the automatic collector off."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Collect what the test left, now and then all of it."""
    gc.collect(1 if next(_tests_ended) % _FULL_EVERY else 2)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the settings, data and keyring of whoever runs them."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real videos, models and pictures; skips, counted, without it."""
    if not _DATA.is_dir():
        pytest.skip("needs ../shared/data (real videos, models, pictures)")
    return _DATA


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly how many tests did not run, so that green is never misread."""
    skipped = len(terminalreporter.stats.get("skipped", []))
    if skipped:
        terminalreporter.section("not run", sep="!")
        terminalreporter.line(f"{skipped} tests were skipped; see the reasons above.")
