"""All that one run measured, and whether it agrees."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.evaluation import tracker
from watchpost.learning.evaluation.summary.clips import ClipResult, ClipState
from watchpost.learning.evaluation.summary.machine import Machine
from watchpost.learning.evaluation.summary.pictures import SetResult
from watchpost.learning.evaluation.summary.ugly_found import UglyFound
from watchpost.learning.evaluation.tracker import SequenceResult


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be measured: what, and why in a sentence."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of a run.

    Attributes:
        release: The product's version.
        date: Of the run, UTC, ``2026-04-14``.
        command: That made it.
        model: Under test.
        machine: It ran on.
        parts: That were asked for: ``counts``, ``detector``, ``tracker``.
        clips: By video.
        sets: By picture set.
        sequences: By sequence of the tracker.
        ugly: Reports of the ugly suite that lay there already.
        troubles: Folders and sequences that could not be measured.
    """

    release: str
    date: str
    command: str
    model: ModelInfo
    machine: Machine
    parts: tuple[str, ...]
    clips: tuple[ClipResult, ...] = ()
    sets: tuple[SetResult, ...] = ()
    sequences: tuple[SequenceResult, ...] = ()
    ugly: tuple[UglyFound, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    def not_measured(self) -> list[Trouble]:
        """Return everything that could not be measured, with its reason."""
        clips = [
            Trouble(c.video, c.reason)
            for c in self.clips
            if c.state is ClipState.FAILED
        ]
        sets = [Trouble(*said) for one in self.sets for said in one.problems]
        ugly = [Trouble(u.name, u.problem) for u in self.ugly if u.problem]
        return [*self.troubles, *clips, *sets, *ugly]

    def disagreements(self) -> list[str]:
        """Return, in words, what is certain and does not agree."""
        said = [text for clip in self.clips for text in clip.disagreements()]
        for one in self.sequences:
            if one.wrong:
                measures = ", ".join(one.wrong)
                said.append(f"{one.name}: measures are not reproduced: {measures}")
            if one.behind:
                said.append(f"{one.name}: behind {', '.join(one.behind)}")
        return said

    @property
    def agrees(self) -> bool:
        """Whether all was measured and all that is certain agrees."""
        return not self.not_measured() and not self.disagreements()

    def record(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {
            "release": self.release,
            "date": self.date,
            "command": self.command,
            "model": {
                "file": self.model.path.name,
                "sha256": self.model.sha256,
                "layout": self.model.layout,
                "input": [self.model.input.width, self.model.input.height],
                "classes": list(self.model.classes),
            },
            "machine": asdict(self.machine),
            "parts": list(self.parts),
            "agrees": self.agrees,
            "disagreements": self.disagreements(),
            "not_measured": [asdict(one) for one in self.not_measured()],
            "counts": [clip.record() for clip in self.clips],
            "detector": [one.record() for one in self.sets],
            "tracker": tracker.record(self.sequences),
            "ugly": [asdict(one) for one in self.ugly],
        }
