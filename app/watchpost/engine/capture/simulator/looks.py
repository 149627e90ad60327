"""How people of the simulator look: skin, hair, clothes, size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from watchpost.engine.capture.simulator.painting import Bgr, bgr

_SKINS = ("#f0cdb4", "#e3b391", "#c98f68", "#a06a45", "#7a4b30", "#58361f")
_HAIRS = ("#2a211d", "#3d2a1f", "#6b4a2f", "#8d6a42", "#b9925b", "#9a9792", "#241f24")
_TOPS = (
    "#33506b", "#8a3b3b", "#3f5f4a", "#c9a24b", "#57506e", "#d7d3c8", "#26292e",
    "#a65d3f", "#5b7f95", "#7b7f83", "#b8686f", "#2f6f73",
)  # fmt: skip
_LEGS = ("#2b3446", "#23262b", "#4b4a47", "#5a4a3a", "#3c4a63", "#77705f", "#1f2733")
_SHOES = ("#1c1c1f", "#3a2a20", "#e6e3dc", "#56565c")
_BAGS = ("#2d3a3a", "#7a3f2a", "#3a3f63", "#22262b", "#8a7a4b")


class Hair(StrEnum):
    """Cuts that change the outline."""

    SHORT = "short"
    LONG = "long"
    BUN = "bun"
    CAP = "cap"
    BALD = "bald"


@dataclass(frozen=True, slots=True)
class Look:
    """How one person looks. Colours are BGR; sizes are factors around 1."""

    skin: Bgr
    hair: Bgr
    cut: Hair
    top: Bgr
    legs: Bgr
    shoes: Bgr
    bag: Bgr | None
    jacket: bool
    dress: bool
    build: float
    tall: float


def random_look(rng: np.random.Generator) -> Look:
    """Return somebody."""

    def pick(colours: tuple[str, ...]) -> Bgr:
        return bgr(colours[int(rng.integers(len(colours)))])

    cut = (Hair.SHORT, Hair.SHORT, Hair.LONG, Hair.BUN, Hair.CAP, Hair.LONG, Hair.BALD)
    style = cut[int(rng.integers(len(cut)))]
    return Look(
        skin=pick(_SKINS),
        hair=pick(_HAIRS),
        cut=style,
        top=pick(_TOPS),
        legs=pick(_LEGS),
        shoes=pick(_SHOES),
        bag=pick(_BAGS) if rng.random() < 0.45 else None,
        jacket=bool(rng.random() < 0.65),
        dress=style in (Hair.LONG, Hair.BUN) and bool(rng.random() < 0.35),
        build=float(rng.uniform(0.9, 1.16)),
        tall=float(rng.uniform(0.9, 1.06)),
    )
