"""How sure a counted share is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_HALVINGS = 60
_NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many.

    Attributes:
        count, total: ``0 <= count <= total``.
        low, high: The interval that holds the true share in 95 of 100 cases.
    """

    count: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself, 0 when there was nothing to count."""
        return self.count / self.total if self.total else 0.0


def share_of(count: int, total: int, confidence: float = 0.95) -> Share:
    """Return a share with its interval after Clopper and Pearson (1934).

    The ends are where as many or more, or as few or fewer, would be seen with half of the
    remaining probability; found by halving, since both fall or rise steadily.

    Raises:
        ValueError: The numbers are no share.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total}")
    tail = (1 - confidence) / 2
    low = 0.0
    if count:
        low = _crossing(lambda p: 1 - _at_most(count - 1, total, p) < tail)
    high = 1.0
    if count < total:
        high = _crossing(lambda p: _at_most(count, total, p) > tail)
    return Share(count, total, low, high)


def wilson_share(count: int, total: int) -> Share:
    """Return a share with its 95 % score interval after Wilson (1927).

    A little narrower than :func:`share_of`; it holds the true share in 95 of 100 cases on
    average, where that one does so for every share.

    Raises:
        ValueError: The numbers are no share.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total}")
    if not total:
        return Share(0, 0, 0.0, 1.0)
    z, share = _NORMAL_95, count / total
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    whole = 1 + z * z / total
    return Share(
        count,
        total,
        max(0.0, (middle - half) / whole),
        min(1.0, (middle + half) / whole),
    )


def _crossing(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if is_below(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(count: int, total: int, share: float) -> float:
    """Return the probability of at most so many of so many."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(count >= total)
    return math.fsum(
        math.exp(
            math.lgamma(total + 1)
            - math.lgamma(k + 1)
            - math.lgamma(total - k + 1)
            + k * math.log(share)
            + (total - k) * math.log1p(-share)
        )
        for k in range(count + 1)
    )
