"""Tables in Markdown, and how figures are put in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NONE = "-"


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1
) -> list[str]:
    """Return the lines of a table.

    Args:
        head: Names of the columns.
        rows: Cells, as many in each as there are columns.
        words: So many columns at the left are words, the others are figures.
    """
    sides = ["---"] * words + ["---:"] * (len(head) - words)
    lines = [_line(head), f"|{'|'.join(sides)}|"]
    return lines + [_line(row) for row in rows]


def _line(cells: Sequence[str]) -> str:
    # A bar within a cell would end it, and a line's end the table.
    clean = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(clean)} |"


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share in per cent, ``-`` where there is none."""
    return NONE if value is None else f"{value:.{digits}%}".replace("%", " %")


def interval(value: float, low: float, high: float) -> str:
    """Return a share with the ends of its interval."""
    return f"{percent(value)} ({100 * low:.0f} to {100 * high:.0f})"


def yes(value: bool | None) -> str:
    """Return ``yes``, ``no``, or ``not known``."""
    return {True: "yes", False: "no", None: "not known"}[value]


def rate(count: int, seconds: float) -> str:
    """Return how often a second, ``-`` where no time passed."""
    return f"{count / seconds:.1f}" if seconds else NONE
