"""What the parts of a run share: who hears how it goes on, and what is in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from watchpost.base.errors import LearningError, WatchpostError

EXPECTED = (WatchpostError, OSError, RuntimeError)
"""What one thing that cannot be measured raises; the others are measured all the same."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who hears how a long run goes on.

    Attributes:
        say: Told a sentence about each thing that is done.
        progress: Told what is at hand and the share of it that is done, 0..1, on any
            thread.
    """

    say: Callable[[str], None] = lambda _text: None
    progress: Callable[[str, float], None] = lambda _name, _share: None


def files_in(folder: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    """Return what is wanted of a folder, by name.

    Raises:
        LearningError: There is no such folder, or nothing of that kind in it.
    """
    if not folder.is_dir():
        raise LearningError(f"There is no folder {folder.name}.", todo="Check DIR.")
    found = sorted(path for path in folder.iterdir() if wanted(path))
    if not found:
        raise LearningError(
            f"The folder {folder.name} holds nothing to measure.", todo="Fill it."
        )
    return found
