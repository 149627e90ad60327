"""USB cameras of this computer.

What differs by platform about capture devices stands here and nowhere else.
"""

from __future__ import annotations


def list_usb() -> list[tuple[str, str]]:
    """Return (address, name) of every camera; the address goes into ``Source.address``."""
    return []
