"""The ugly suite: every condition by its number, and how to make it for a stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from watchpost.base.errors import LearningError
from watchpost.learning.corruptions import coding, lens, light, scenes, view, weather
from watchpost.learning.corruptions.pictures import (
    SEVERITIES,
    Change,
    Corruption,
    Picture,
)

_COMPOUND_SEVERITY = 2
_PACKETS_LOST = 0.02


@dataclass(frozen=True, slots=True)
class Stream:
    """What a condition must know of the stream that it spoils.

    Attributes:
        fps: Frames a second.
        seed: Two streams with the same seed are spoilt alike.
        subject_height: How tall those are who are counted, as a share of the picture's
            height.
        subject_y: Where their middle is, from the top, likewise.
    """

    fps: float
    seed: int = 0
    subject_height: float = 0.3
    subject_y: float = 0.5


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the suite.

    Attributes:
        id: ``U1`` to ``U16`` for what has severities; ``Q1`` and on for sequences.
        title: For reports.
        amounts: In words, one for each severity; a single one where there is but one.
        make: Makes it for a stream, at a severity.
    """

    id: str
    title: str
    amounts: tuple[str, ...]
    make: Callable[[int, Stream], Change]

    @property
    def severities(self) -> tuple[int, ...]:
        """The severities it has; 2 alone where there is but one."""
        return SEVERITIES if len(self.amounts) > 1 else (_COMPOUND_SEVERITY,)

    @property
    def is_graded(self) -> bool:
        """Whether it has severities, and so is part of the mean retention."""
        return len(self.amounts) > 1

    def amount(self, severity: int) -> str:
        """Return how much that severity is, in words."""
        return self.amounts[severity - 1 if self.is_graded else 0]


class FrameByFrame:
    """A corruption of single pictures on a running one.

    Args:
        corruption: What is done to each.
        severity: 1, 2 or 3.
        seed: Of its chances.
        fixed: The same chances in every frame, as of what sits on the lens; else each
            frame has its own.
    """

    def __init__(
        self, corruption: Corruption, severity: int, seed: int, *, fixed: bool
    ) -> None:
        self._corruption, self._severity = corruption, severity
        self._seed, self._fixed = seed, fixed

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture:
        """Return the picture as it arrives."""
        del t_s
        seed = self._seed if self._fixed else (self._seed, frame_index)
        return self._corruption(bgr, self._severity, np.random.default_rng(seed))


class OneAfterTheOther:
    """Several conditions on one stream, in this order."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = tuple(changes)

    def apply(self, bgr: Picture, frame_index: int, t_s: float) -> Picture | None:
        """Return the picture as it arrives, or None where it never does."""
        made: Picture | None = bgr
        for change in self._changes:
            if made is None:
                return None
            made = change.apply(made, frame_index, t_s)
        return made


def _frames(
    corruption: Corruption, *, fixed: bool = True
) -> Callable[[int, Stream], Change]:
    return lambda severity, stream: FrameByFrame(
        corruption, severity, stream.seed, fixed=fixed
    )


def _bar(severity: int, stream: Stream) -> Change:
    def hide(bgr: Picture, severity: int, rng: np.random.Generator) -> Picture:
        return lens.occlusion(
            bgr,
            severity,
            rng,
            subject_height=stream.subject_height,
            centre_y=stream.subject_y,
        )

    return FrameByFrame(hide, severity, stream.seed, fixed=True)


def _compound(severity: int, stream: Stream) -> Change:
    """Q10: a shaking, dusty lens before a poor connection."""
    return OneAfterTheOther(
        (
            lens.Dust(severity, stream.seed),
            FrameByFrame(lens.shake, severity, stream.seed, fixed=False),
            coding.Recompression(severity, stream.fps),
        )
    )


SUITE: tuple[Condition, ...] = (
    Condition(
        "U1",
        "Out of focus",
        ("1.5 px", "3 px", "6 px"),
        _frames(lens.defocus),
    ),
    Condition(
        "U2",
        "Camera shake",
        ("5 px", "11 px", "21 px"),
        _frames(lens.shake, fixed=False),
    ),
    Condition(
        "U3",
        "Vibration",
        ("2 px", "5 px", "12 px"),
        lambda severity, stream: view.Vibration(severity, stream.seed),
    ),
    Condition(
        "U4",
        "Rolling shutter",
        ("1 %", "2 %", "4 %"),
        lambda severity, _stream: view.RollingShutter(severity),
    ),
    Condition(
        "U5",
        "Under-exposed, noisy",
        ("-1.5 EV", "-2.5 EV", "-3.5 EV"),
        _frames(light.underexposed, fixed=False),
    ),
    Condition(
        "U6",
        "Over-exposed",
        ("+0.7 EV", "+1.3 EV", "+2 EV"),
        _frames(light.overexposed),
    ),
    Condition("U7", "Haze", ("x0.6", "x0.4", "x0.2"), _frames(light.haze)),
    Condition(
        "U8",
        "Dust on the lens",
        ("10 blobs", "30 blobs", "80 blobs"),
        lambda severity, stream: lens.Dust(severity, stream.seed),
    ),
    Condition("U9", "Smear or drop", ("5 %", "15 %", "30 %"), _frames(lens.smear)),
    Condition("U10", "Hidden by a bar", ("10 %", "25 %", "40 %"), _bar),
    Condition(
        "U11", "JPEG", ("quality 40", "quality 20", "quality 10"), _frames(coding.jpeg)
    ),
    Condition(
        "U12",
        "H.264 at a low rate",
        ("800 kbit/s", "300 kbit/s", "120 kbit/s"),
        lambda severity, stream: coding.Recompression(severity, stream.fps),
    ),
    Condition(
        "U13", "Low resolution", ("1/1.5", "1/2", "1/3"), _frames(coding.low_resolution)
    ),
    Condition("U14", "Colours", ("2 kK", "4 kK", "grey"), _frames(light.colour_cast)),
    Condition(
        "U15",
        "Tilted view",
        ("3 degrees", "8 degrees", "15 degrees"),
        lambda severity, stream: view.Tilted(severity, stream.seed),
    ),
    Condition(
        "U16",
        "Frames lost",
        ("5 %", "15 %", "30 %"),
        lambda severity, stream: coding.FrameLoss(severity, stream.seed),
    ),
    Condition(
        "Q1",
        "Tunnel",
        ("-4 EV for 20 s",),
        lambda _severity, stream: scenes.Tunnel(stream.seed),
    ),
    Condition(
        "Q2",
        "Flicker",
        ("0.7 EV at 0.5-3 Hz",),
        lambda _severity, _stream: scenes.Flicker(),
    ),
    Condition(
        "Q3",
        "Low sun and shadow",
        ("1.6 EV",),
        lambda _severity, _stream: scenes.LowSun(),
    ),
    Condition(
        "Q4",
        "Headlights",
        ("0.3 s every 8 s",),
        lambda _severity, stream: scenes.Headlights(stream.seed),
    ),
    Condition(
        "Q5",
        "Rain and spatter",
        ("45 drops",),
        lambda _severity, stream: weather.Rain(stream.seed),
    ),
    Condition(
        "Q6",
        "Infrared switch",
        ("every 15 s",),
        lambda _severity, stream: scenes.InfraredSwitch(stream.seed),
    ),
    Condition(
        "Q7",
        "Packets lost",
        ("2 % of them",),
        lambda severity, stream: coding.Recompression(
            severity, stream.fps, lost=_PACKETS_LOST, seed=stream.seed
        ),
    ),
    Condition(
        "Q8",
        "Camera knocked",
        ("5 % of the width",),
        lambda _severity, _stream: view.Knocked(),
    ),
    Condition(
        "Q10",
        "Shake, dust and H.264 together",
        ("each at severity 2",),
        _compound,
    ),
)


def chosen(ids: Sequence[str] = ()) -> tuple[Condition, ...]:
    """Return the conditions with these numbers, in the suite's order; none means all.

    Raises:
        LearningError: One is not in the suite.
    """
    wanted = {name.strip().upper() for name in ids}
    unknown = wanted - {condition.id for condition in SUITE}
    if unknown:
        raise LearningError(
            f"The ugly suite has no condition {', '.join(sorted(unknown))}.",
            todo="It has U1 to U16, Q1 to Q8 and Q10.",
        )
    return tuple(c for c in SUITE if not wanted or c.id in wanted)
