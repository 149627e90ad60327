"""Keeps the heap of a process that handles pictures from growing for ever.

glibc serves blocks up to 32 MiB from its heaps once one such block was freed, and gives
every thread a heap of its own. Pictures that come and go between small things that stay
then leave holes which are never given back: a capture process grew from 150 to 310 MiB in
four minutes and stays at 130 with the settings below (mallopt(3); measured on Debian 12).

What differs by platform about the heap stands here and nowhere else.
"""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -3, -4, -8
_BLOCK_BYTES = 256 << 10
_HEAPS = 2
_NEVER = 2**31 - 1


def steady_heap() -> None:
    """Give large blocks back to the system when they are freed; few heaps.

    Call once, early, in a process that handles pictures. Does nothing where the C library
    is not glibc.
    """
    _set({_M_MMAP_THRESHOLD: _BLOCK_BYTES, _M_ARENA_MAX: _HEAPS})


def roomy_heap() -> None:
    """Keep what is freed, for a process that asks for the same large blocks for ever.

    Undoes :func:`steady_heap` where a network is trained: every step's blocks would come
    fresh from the system, page by page, which took half of a training's time.
    """
    _set({_M_MMAP_MAX: 0, _M_TRIM_THRESHOLD: _NEVER})


def _set(options: dict[int, int]) -> None:
    if sys.platform == "linux":
        try:
            mallopt = ctypes.CDLL(None).mallopt
        except (OSError, AttributeError):
            return
        for option, value in options.items():
            mallopt(option, value)
