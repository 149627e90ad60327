"""Identifiers that sort by time of making, so that an index on them stays compact."""

from __future__ import annotations

import secrets

from watchpost.base.clock import NS_PER_MS, SYSTEM_CLOCK, Clock


def new_id(clock: Clock = SYSTEM_CLOCK) -> str:
    """Return 26 lower-case hex characters: 48 bits of UTC milliseconds, 56 random bits."""
    return f"{clock.utc_ns() // NS_PER_MS:012x}{secrets.token_hex(7)}"
