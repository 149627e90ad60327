"""Refusals that several repositories share.

Codes ending in ``.unknown`` mean "no such thing", in ``.conflict`` "somebody was
quicker", others "this cannot be".
"""

from __future__ import annotations

from watchpost.base.errors import StoreError


def unknown(kind: str, record_id: str) -> StoreError:
    """Return the sentence for a record that is not there."""
    return StoreError(
        f"There is no {kind} {record_id}.",
        todo="It may have been removed: load the page again.",
        code=f"{kind}.unknown",
    )
