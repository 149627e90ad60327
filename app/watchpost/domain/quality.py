"""How good a camera's picture is, in words that people and programs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class QualityTrouble(StrEnum):
    """What can be wrong with a picture."""

    COVERED = "covered"
    DARK = "dark"
    BRIGHT = "bright"
    FROZEN = "frozen"
    MOVED = "moved"
    BLURRED = "blurred"
    FLICKER = "flicker"
    DAMAGED = "damaged"
    GAPS = "gaps"
    DIRTY = "dirty"
    LOW_LIGHT = "low_light"


HARMLESS = frozenset({QualityTrouble.LOW_LIGHT})
"""Troubles that are told but do not take the trust out of counts."""

WHAT: Mapping[QualityTrouble, str] = {
    QualityTrouble.COVERED: "the lens is covered",
    QualityTrouble.DARK: "the picture is too dark",
    QualityTrouble.BRIGHT: "the picture is too bright",
    QualityTrouble.FROZEN: "the picture stands still though video arrives",
    QualityTrouble.MOVED: "the camera was moved",
    QualityTrouble.BLURRED: "the picture is blurred",
    QualityTrouble.FLICKER: "the picture flickers",
    QualityTrouble.DAMAGED: "the picture is damaged by compression",
    QualityTrouble.GAPS: "pictures are missing",
    QualityTrouble.DIRTY: "the lens is dirty",
    QualityTrouble.LOW_LIGHT: "there is little light",
}
"""What is wrong, the middle of a sentence."""

REMEDY: Mapping[QualityTrouble, str] = {
    QualityTrouble.COVERED: "Look at the camera and take away what is before it.",
    QualityTrouble.DARK: "Check the lights and the lens.",
    QualityTrouble.BRIGHT: "Shade the lens or lower the camera's exposure.",
    QualityTrouble.FROZEN: "Restart the camera.",
    QualityTrouble.MOVED: "Turn the camera back or draw its lines anew.",
    QualityTrouble.BLURRED: "Clean the lens and check its focus.",
    QualityTrouble.FLICKER: "Set the camera's anti-flicker to the mains frequency.",
    QualityTrouble.DAMAGED: "Raise the camera's bit rate or check its network.",
    QualityTrouble.GAPS: "Check the camera's network and whether it is overloaded.",
    QualityTrouble.DIRTY: "Clean the lens.",
    QualityTrouble.LOW_LIGHT: "Counts go on; more light makes them surer.",
}
"""What to do about it, one sentence."""


def what_is_wrong(troubles: Sequence[QualityTrouble]) -> str:
    """Return the worst two in words, the middle of a sentence."""
    return " and ".join(WHAT[trouble] for trouble in troubles[:2])


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What one look at a camera's picture found.

    Attributes:
        at_ns: Time of the picture, nanoseconds by the caller's clock.
        troubles: What is wrong, the worst first; empty when all is well.
        since_ns: When the first of the troubles that matter to counts began, before it
            was surely seen, or None.
        unknown: What cannot be told in this scene, or not yet.
    """

    at_ns: int
    troubles: tuple[QualityTrouble, ...] = ()
    since_ns: int | None = None
    unknown: tuple[QualityTrouble, ...] = ()

    @property
    def is_trusted(self) -> bool:
        """Whether counts made now can be relied on."""
        return HARMLESS.issuperset(self.troubles)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do; empty when all is well."""
        if not self.troubles:
            return ""
        what = what_is_wrong(self.troubles)
        return f"{what[0].upper()}{what[1:]}. {REMEDY[self.troubles[0]]}"
