"""From pairs to a released inspection model: measure, train, export, write.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from watchpost import __version__
from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.files import replace_file
from watchpost.learning.card import TrainedBy, commit_of_source
from watchpost.learning.inspection.alignment import align
from watchpost.learning.inspection.card import InspectionCard, as_json, as_markdown
from watchpost.learning.inspection.crossing import Workshop, cross_validate
from watchpost.learning.inspection.export import with_metadata
from watchpost.learning.inspection.measuring import HeatReader
from watchpost.learning.inspection.pairs import Pair, deal, read_pairs
from watchpost.learning.inspection.recipe import InspectionRecipe

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
        minutes: Ends the training, of all folds together, after this time, or None.
        threads: For torch.
    """

    out: Path
    data: Path
    minutes: float | None = None
    threads: int = 2

    @property
    def work(self) -> Path:
        """Where the checkpoints lie, one folder a model."""
        return self.out.with_suffix(".training")


def make_inspection_model(
    recipe: InspectionRecipe,
    request: InspectionRequest,
    *,
    say: Callable[[str], None] = lambda _line: None,
    stop: Callable[[], bool] = lambda: False,
) -> InspectionCard | None:
    """Measure by folds, train on all pairs, export and write with two cards.

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
    folds = len(deal(pairs, recipe.folds))
    say(f"read: {len(pairs)} pairs, to be measured in {folds} folds by board")
    workshop = Workshop(
        recipe,
        len(kinds),
        request.work,
        folds + 1,
        request.minutes,
        request.threads,
        say,
        stop,
    )
    crossed = cross_validate(workshop, pairs, _OTHERS)
    if crossed is None:
        return None
    released = workshop.make("released", folds, pairs)
    if released is None:
        return None
    content = with_metadata(
        released.content,
        kinds,
        {
            "license": recipe.licence,
            "threshold": f"{released.threshold:.4f}",
            "author": "watchpost train",
            "version": __version__,
        },
    )
    card = InspectionCard(
        file=request.out.name,
        sha256=hashlib.sha256(content).hexdigest(),
        megabytes=len(content) / _MIB,
        release=__version__,
        recipe=recipe,
        kinds=kinds,
        threshold=released.threshold,
        boards=dict(Counter(pair.board for pair in pairs)),
        crossed=crossed,
        milliseconds=_milliseconds(HeatReader(content), pairs[0]),
        trained_by=TrainedBy(
            commit=commit_of_source(),
            recipe=recipe.name,
            seed=recipe.seed,
            epochs=0,
            planned_epochs=0,
            steps=released.trained.steps,
            hours=round(
                (crossed.spent_s + released.trained.spent_s) / _SECONDS_AN_HOUR, 2
            ),
        ),
    )
    at = crossed.measured
    say(
        f"all folds: {at.escaped.count} of {at.escaped.total} defects escaped, "
        f"{at.rejected.count} of {at.rejected.total} good parts rejected; "
        f"{card.milliseconds:.1f} ms a part, threshold {card.threshold:.2f}"
    )
    request.out.parent.mkdir(parents=True, exist_ok=True)
    replace_file(request.out, content)
    replace_file(request.out.with_suffix(".json"), as_json(card))
    replace_file(request.out.with_suffix(".md"), as_markdown(card))
    return card


def _milliseconds(heat_of: HeatReader, pair: Pair) -> float:
    """Return the least time of a few parts, laying the template over them included."""
    spent = []
    for _ in range(_TIMED):
        started_ns = SYSTEM_CLOCK.monotonic_ns()
        heat_of(replace(pair, template=align(pair.template, pair.test)))
        spent.append((SYSTEM_CLOCK.monotonic_ns() - started_ns) / 1e6)
    return min(spent)
