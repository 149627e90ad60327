"""Lines that are being drawn: what was changed, undone and selected. No widgets."""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.domain.rules import Line
from watchpost.protocol.cameras import LineSpec

_STEPS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines and which of them is selected (-1: none)."""

    lines: tuple[LineSpec, ...] = ()
    selected: int = -1


class DrawingHistory:
    """A drawing with undo and redo; every change is one step."""

    def __init__(self) -> None:
        self._saved: tuple[LineSpec, ...] = ()
        self._past: list[Drawing] = []
        self._future: list[Drawing] = []
        self.now = Drawing()

    @property
    def changed(self) -> bool:
        """Whether it differs from what the edge has."""
        return self.now.lines != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return bool(self._future)

    def begin(self, lines: tuple[LineSpec, ...]) -> None:
        """Start from what the edge has."""
        selected = 0 if lines else -1
        self._saved, self.now = lines, Drawing(lines, selected)
        self._past.clear()
        self._future.clear()

    def select(self, index: int) -> None:
        """Select a line; no step of its own."""
        if -1 <= index < len(self.now.lines):
            self.now = Drawing(self.now.lines, index)

    def replace(self, index: int, line: LineSpec) -> None:
        """Change a line."""
        lines = list(self.now.lines)
        if lines[index] != line:
            lines[index] = line
            self._step(Drawing(tuple(lines), index))

    def add(self, line: LineSpec) -> None:
        """Add a line and select it."""
        lines = (*self.now.lines, line)
        self._step(Drawing(lines, len(lines) - 1))

    def remove(self, index: int) -> None:
        """Remove a line."""
        if 0 <= index < len(self.now.lines):
            lines = self.now.lines[:index] + self.now.lines[index + 1 :]
            self._step(Drawing(lines, min(index, len(lines) - 1)))

    def turn(self, index: int) -> None:
        """Let in be out: swap the ends."""
        if 0 <= index < len(self.now.lines):
            line = self.now.lines[index]
            ends = {"ax": line.bx, "ay": line.by, "bx": line.ax, "by": line.ay}
            self.replace(index, line.model_copy(update=ends))

    def undo(self) -> None:
        """Go one step back."""
        if self._past:
            self._future.append(self.now)
            self.now = self._past.pop()

    def redo(self) -> None:
        """Go one step forward again."""
        if self._future:
            self._past.append(self.now)
            self.now = self._future.pop()

    def _step(self, new: Drawing) -> None:
        self._past.append(self.now)
        del self._past[:-_STEPS_KEPT]
        self._future.clear()
        self.now = new


def problem_of(line: LineSpec) -> str | None:
    """Return the sentence that says why a line cannot be used, or None."""
    return Line(
        line.id,
        line.name,
        line.ax,
        line.ay,
        line.bx,
        line.by,
        line.anchor,
        line.classes,
        line.gate,
    ).problem()
