"""Rules of the house that no linter knows, read off the code itself."""

from __future__ import annotations

import ast
import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "watchpost"
MODULES = sorted(APP.rglob("*.py"))

# The one module of each concern that may differ by platform.
PLATFORM_MODULES = {
    "base/files.py",
    "base/processes.py",
    "engine/capture/usb.py",
}
POSIX_ONLY = {
    "os": {
        "fork",
        "kill",
        "killpg",
        "setsid",
        "geteuid",
        "getuid",
        "eventfd",
        "mkfifo",
    },
    "signal": {"SIGKILL", "SIGSTOP", "SIGCONT", "SIGALRM", "SIGUSR1", "SIGHUP"},
    "socket": {"AF_UNIX"},
}
POSIX_MODULES = {"fcntl", "resource", "pwd", "grp", "termios"}


def name_of(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def attributes(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr, node.lineno


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {name_of(p): ast.parse(p.read_text(encoding="utf-8")) for p in MODULES}


def test_posix_only_calls_stand_in_platform_modules_alone(
    trees: dict[str, ast.Module],
) -> None:
    found = []
    for name, tree in trees.items():
        if name in PLATFORM_MODULES:
            continue
        found += [
            f"{name}:{line} {base}.{attribute}"
            for base, attribute, line in attributes(tree)
            if attribute in POSIX_ONLY.get(base, set())
        ]
        found += [
            f"{name}:{line} import {module}"
            for module, line in imports(tree)
            if module.split(".")[0] in POSIX_MODULES
        ]
    assert found == []


def test_only_the_clock_asks_for_the_time(trees: dict[str, ast.Module]) -> None:
    found = [
        f"{name}:{line}"
        for name, tree in trees.items()
        if name != "base/clock.py"
        for base, attribute, line in attributes(tree)
        if (base, attribute)
        in {
            ("time", "time"),
            ("time", "time_ns"),
            ("time", "monotonic"),
            ("time", "monotonic_ns"),
            ("time", "sleep"),
            ("time", "perf_counter"),
            ("datetime", "now"),
            ("datetime", "utcnow"),
        }
    ]
    assert found == []


def test_multiprocessing_locks_and_queues_are_nowhere(
    trees: dict[str, ast.Module],
) -> None:
    found = [
        f"{name}:{line}"
        for name, tree in trees.items()
        for base, attribute, line in attributes(tree)
        if base in {"multiprocessing", "mp", "_SPAWN"}
        and attribute in {"Lock", "RLock", "Queue", "Semaphore", "Event", "Manager"}
    ]
    assert found == []


def test_text_files_name_their_encoding(trees: dict[str, ast.Module]) -> None:
    found = []
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(
                node.func, ast.Attribute
            ):
                continue
            keywords = {k.arg for k in node.keywords}
            if (
                node.func.attr in {"read_text", "write_text"}
                and "encoding" not in keywords
            ):
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_style_sheets_are_set_in_one_place(trees: dict[str, ast.Module]) -> None:
    found = [
        name
        for name, tree in trees.items()
        if name != "console/theme.py"
        and any(
            isinstance(node, ast.Attribute) and node.attr == "setStyleSheet"
            for node in ast.walk(tree)
        )
    ]
    assert found == []


def test_colours_are_named_by_the_theme_alone() -> None:
    literal = re.compile(r"""["']#[0-9A-Fa-f]{6}["']""")
    found = [
        name_of(path)
        for path in MODULES
        if name_of(path).startswith("console/")
        and name_of(path) != "console/theme.py"
        and literal.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_presenters_and_item_models_know_no_widgets(
    trees: dict[str, ast.Module],
) -> None:
    found = [
        f"{name}:{line}"
        for name, tree in trees.items()
        if name.startswith(("console/itemmodels/", "console/bridge/"))
        or name.endswith("presenter.py")
        for module, line in imports(tree)
        if module == "PySide6.QtWidgets"
    ]
    assert found == []


def test_translated_texts_are_not_formatted_first(trees: dict[str, ast.Module]) -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"tr", "translate"}
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert found == []


def test_one_opencv_and_it_is_the_headless_one() -> None:
    names = {d.metadata["Name"].lower() for d in importlib.metadata.distributions()}
    assert "opencv-python-headless" in names
    assert "opencv-python" not in names


def test_no_drawer_for_everything_is_born() -> None:
    banned = {"utils", "helpers", "common", "manager", "misc", "core", "info"}
    found = [name_of(p) for p in APP.rglob("*") if p.stem in banned]
    assert found == []
