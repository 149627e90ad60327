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


def parse_cursor(cursor: str, parts: int) -> tuple[int, ...]:
    """Return the numbers of a page's cursor, such as ``"17.4"`` of two parts.

    Raises:
        StoreError: It is not one of ours (``request.cursor``).
    """
    try:
        numbers = tuple(int(part) for part in cursor.split("."))
        if len(numbers) != parts:
            raise ValueError(cursor)
    except ValueError as error:
        raise StoreError(
            "The cursor of this page is not valid.",
            todo="Begin again with the newest page.",
            code="request.cursor",
        ) from error
    return numbers
