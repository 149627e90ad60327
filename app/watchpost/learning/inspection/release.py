"""From pairs to a released inspection model: train, export, measure, write.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchpost import __version__
from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.files import replace_file
from watchpost.learning.card import TrainedBy, commit_of_source
from watchpost.learning.inspection.card import InspectionCard, as_json, as_markdown
from watchpost.learning.inspection.export import to_onnx, with_metadata
from watchpost.learning.inspection.measuring import (
    HeatReader,
    choose_threshold,
    judge,
    score,
)
from watchpost.learning.inspection.pairs import Pair, read_pairs, split
from watchpost.learning.inspection.recipe import InspectionRecipe
from watchpost.learning.inspection.training import Progress, Trained, train

_OTHERS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
_TIMED = 5
_MIB = 1 << 20
_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class InspectionRequest:
    """What to make.

    Attributes:
        out: The ONNX file to write; the cards and the training folder lie beside it.
        data: Folder that the recipe's folder is in.
        minutes: Ends the training after this time, or None.
        threads: For torch.
    """

    out: Path
    data: Path
    minutes: float | None = None
    threads: int = 2

    @property
    def work(self) -> Path:
        """Where the checkpoint lies."""
        return self.out.with_suffix(".training")


def make_inspection_model(
    recipe: InspectionRecipe,
    request: InspectionRequest,
    *,
    say: Callable[[str], None] = lambda _line: None,
    stop: Callable[[], bool] = lambda: False,
) -> InspectionCard | None:
    """Train, export, measure and write a model with its two cards.

    Args:
        recipe: What to learn.
        request: From where to where.
        say: Told a line about each step.
        stop: Asked after every step of the training; true ends it, resumable.

    Returns:
        The card, or None when it was stopped.

    Raises:
        LearningError: The pairs or the checkpoint cannot be used.
    """
    kinds, pairs = read_pairs(request.data / recipe.folder)
    learnt, kept = split(pairs, recipe.held_back)
    say(f"read: {len(learnt)} pairs to learn from, {len(kept)} of other boards kept")
    trained = train(
        recipe,
        learnt,
        len(kinds),
        request.work,
        minutes=request.minutes,
        threads=request.threads,
        tell=lambda progress: say(_sentence(progress)),
        stop=stop,
    )
    if stop():
        return None
    content = to_onnx(trained.network, recipe.width, recipe.height)
    heat_of = HeatReader(content)
    threshold = choose_threshold(
        score(learnt, heat_of), recipe.escapes, recipe.false_rejects
    )
    say(f"threshold: {threshold:.2f}, chosen on the boards learnt from")
    content = with_metadata(
        content,
        kinds,
        {
            "license": recipe.licence,
            "threshold": f"{threshold:.4f}",
            "author": "watchpost train",
            "version": __version__,
        },
    )
    card = _measured(
        recipe, request, kinds, (learnt, kept), content, threshold, trained
    )
    at = card.measured
    say(
        f"kept boards: {at.escaped.count} of {at.escaped.total} defects escaped, "
        f"{at.rejected.count} of {at.rejected.total} good parts rejected, "
        f"{card.milliseconds:.1f} ms a part"
    )
    request.out.parent.mkdir(parents=True, exist_ok=True)
    replace_file(request.out, content)
    replace_file(request.out.with_suffix(".json"), as_json(card))
    replace_file(request.out.with_suffix(".md"), as_markdown(card))
    return card


def _measured(
    recipe: InspectionRecipe,
    request: InspectionRequest,
    kinds: tuple[str, ...],
    parts: tuple[Sequence[Pair], Sequence[Pair]],
    content: bytes,
    threshold: float,
    trained: Trained,
) -> InspectionCard:
    heat_of = HeatReader(content)
    learnt, kept = parts
    scores = score(kept, heat_of)
    return InspectionCard(
        file=request.out.name,
        sha256=hashlib.sha256(content).hexdigest(),
        megabytes=len(content) / _MIB,
        release=__version__,
        recipe=recipe,
        kinds=kinds,
        learnt_boards=dict(Counter(pair.board for pair in learnt)),
        measured_boards=dict(Counter(pair.board for pair in kept)),
        measured=judge(scores, threshold, len(kinds)),
        others=tuple(judge(scores, other, len(kinds)) for other in _OTHERS),
        milliseconds=_milliseconds(heat_of, kept[0]),
        trained_by=TrainedBy(
            commit=commit_of_source(),
            recipe=recipe.name,
            seed=recipe.seed,
            epochs=0,
            planned_epochs=0,
            steps=trained.steps,
            hours=round(trained.spent_s / _SECONDS_AN_HOUR, 2),
        ),
    )


def _milliseconds(heat_of: HeatReader, pair: Pair) -> float:
    """Return the least time of a few runs: the others shared the core."""
    spent = []
    for _ in range(_TIMED):
        started_ns = SYSTEM_CLOCK.monotonic_ns()
        heat_of(pair)
        spent.append((SYSTEM_CLOCK.monotonic_ns() - started_ns) / 1e6)
    return min(spent)


def _sentence(progress: Progress) -> str:
    return (
        f"step {progress.step} of {progress.steps}, {progress.share:.1%}, loss "
        f"{progress.loss:.3f}, {progress.left_s / 60:.0f} min left"
    )
