"""Count accuracy over windows of time, with an interval, so that errors cannot cancel.

Of a window and a direction, ``1 - |n - n*| / n*`` of what was counted (n) and what
truly crossed (n*). A count belongs to the window of the crossing that it is paired with,
so that one a little late at a window's end is not an error twice. Over several windows the
errors and the crossings are summed before they are divided; the interval is the
percentile bootstrap over windows (Efron and Tibshirani, 1993).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchpost.learning.evaluation.counts import CountScore, Truth

_RESAMPLES = 2000
_BOOTSTRAP_SEED = 20240
FAILED_SHARE = 0.20


@dataclass(frozen=True, slots=True)
class WindowCount:
    """One direction in one window.

    Attributes:
        window: Its number from 0.
        direction: As the truth file calls it.
        counted, true: Crossings; optional ones are in neither.
    """

    window: int
    direction: str
    counted: int
    true: int

    @property
    def error(self) -> int:
        """How many too many (positive) or too few (negative)."""
        return self.counted - self.true


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Count accuracy over windows.

    Attributes:
        value: 0..1.
        low, high: 95 % interval over windows.
        bias: Counted too many (positive) or too few, as a share of the true ones.
        worst: Accuracy of the worst window in which anything happened.
        counted, true: Crossings.
    """

    value: float
    low: float
    high: float
    bias: float
    worst: float
    counted: int
    true: int


def window_counts(
    truth: Truth, result: CountScore, *, window_s: float, end_s: float
) -> tuple[WindowCount, ...]:
    """Return every direction in every window, also where nothing happened.

    Args:
        truth: The hand count.
        result: How counted and true crossings were paired.
        window_s: Length of a window.
        end_s: Where the clip (or what is scored of it) ends. A last window of less than
            half the length is part of the one before.
    """
    end_s = end_s if truth.until_s is None else min(end_s, truth.until_s)
    last = max(1, int(np.floor(end_s / window_s + 0.5))) - 1
    optional = {(c.t_s, c.direction) for c in truth.crossings if c.optional}
    totals = {
        (window, direction): [0, 0]
        for window in range(last + 1)
        for direction in (truth.in_name, truth.out_name)
    }
    for true_s, counted_s, direction in result.pairs:
        if true_s is not None and (true_s, direction) in optional:
            continue
        at_s = true_s if true_s is not None else counted_s
        assert at_s is not None
        if at_s > end_s:
            continue
        cell = totals[min(last, int(at_s / window_s)), direction]
        cell[0] += counted_s is not None
        cell[1] += true_s is not None
    return tuple(
        WindowCount(window, direction, counted, true)
        for (window, direction), (counted, true) in totals.items()
    )


def accuracy(cells: Sequence[WindowCount]) -> Accuracy | None:
    """Return the accuracy over windows, or None where nothing crossed or was counted."""
    errors, trues = by_window(cells)
    if not trues.any() and not errors.any():
        return None
    counted = sum(c.counted for c in cells)
    true = sum(c.true for c in cells)
    rng = np.random.default_rng(_BOOTSTRAP_SEED)
    drawn = rng.integers(0, len(errors), (_RESAMPLES, len(errors)))
    spread = _accuracies(errors[drawn].sum(axis=1), trues[drawn].sum(axis=1))
    low, high = np.percentile(spread, (2.5, 97.5))
    busy = (trues > 0) | (errors > 0)
    return Accuracy(
        value=float(_accuracies(errors.sum(), trues.sum())),
        low=float(low),
        high=float(high),
        bias=(counted - true) / max(1, true),
        worst=float(_accuracies(errors[busy], trues[busy]).min()),
        counted=counted,
        true=true,
    )


def by_window(
    cells: Iterable[WindowCount],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each window's errors, summed over directions without sign, and crossings."""
    windows = sorted({c.window for c in cells})
    rows = {window: row for row, window in enumerate(windows)}
    errors, trues = np.zeros(len(windows)), np.zeros(len(windows))
    for cell in cells:
        errors[rows[cell.window]] += abs(cell.error)
        trues[rows[cell.window]] += cell.true
    return errors, trues


def _accuracies(
    errors: NDArray[np.float64], trues: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.maximum(0.0, 1 - errors / np.maximum(1.0, trues))


@dataclass(frozen=True, slots=True)
class Failures:
    """Windows whose count is off by more than a fifth.

    Attributes:
        windows: In which anybody crossed or was counted.
        failed: Of these, off by more than a fifth.
        silent: Of these, with the camera green all the while; None without a monitor.
    """

    windows: int
    failed: int
    silent: int | None

    @property
    def silent_rate(self) -> float | None:
        """Share of silent failures; None without a monitor or without windows."""
        if self.silent is None or not self.windows:
            return None
        return self.silent / self.windows


def failures(
    cells: Sequence[WindowCount], flagged: NDArray[np.bool_] | None
) -> Failures:
    """Return how many windows failed, and how many of them silently.

    Args:
        cells: All windows.
        flagged: Per window, whether the camera was not green at some time in it; None
            without a monitor.
    """
    errors, trues = by_window(cells)
    busy = (trues > 0) | (errors > 0)
    failed = busy & (errors > FAILED_SHARE * np.maximum(1.0, trues))
    silent = None if flagged is None else int((failed & ~flagged).sum())
    return Failures(int(busy.sum()), int(failed.sum()), silent)
