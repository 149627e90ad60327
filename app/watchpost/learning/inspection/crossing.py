"""Cross-validation: each pair is measured once, by a model that did not learn from it.

Each fold is a training of its own with its own folder, so that a stopped one goes on and a
finished one is only measured again. Its threshold is chosen on what it learnt from, as that
of the released model, which learns from all pairs at the end.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchpost.learning.inspection.export import to_onnx
from watchpost.learning.inspection.measuring import (
    Crossed,
    HeatReader,
    choose_threshold,
    judge,
    score,
    together,
)
from watchpost.learning.inspection.pairs import Pair, deal
from watchpost.learning.inspection.recipe import InspectionRecipe
from watchpost.learning.inspection.training import Progress, Trained, train


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A trained model.

    Attributes:
        content: Of its ONNX file.
        threshold: Chosen on what it learnt from.
        trained: What it took.
    """

    content: bytes
    threshold: float
    trained: Trained


@dataclass(frozen=True, slots=True)
class Workshop:
    """Makes models one after the other, each in its own folder.

    Attributes:
        recipe: How.
        kinds: How many kinds of defects there are.
        folder: That the models' folders are in.
        rounds: How many models there will be; ``minutes`` are shared among them.
        threads: For torch.
        say: Told a line about each step.
        stop: Asked after every step; true ends the training, resumable.
    """

    recipe: InspectionRecipe
    kinds: int
    folder: Path
    rounds: int
    minutes: float | None
    threads: int
    say: Callable[[str], None]
    stop: Callable[[], bool]

    def make(self, name: str, number: int, pairs: Sequence[Pair]) -> Made | None:
        """Train and export one model.

        Args:
            name: Of its folder and for people.
            number: From 0, of ``rounds``.
            pairs: What it learns from.

        Returns:
            None when it was stopped.

        Raises:
            LearningError: The checkpoint cannot be used, or the loss became NaN.
        """
        trained = train(
            self.recipe,
            pairs,
            self.kinds,
            self.folder / name,
            minutes=None if self.minutes is None else self.minutes / self.rounds,
            threads=self.threads,
            tell=lambda progress: self.say(
                f"{name}: {self._sentence(progress, number)}"
            ),
            stop=self.stop,
        )
        if self.stop():
            return None
        content = to_onnx(trained.network, self.recipe.width, self.recipe.height)
        goals = self.recipe.escapes, self.recipe.false_rejects
        threshold = choose_threshold(score(pairs, HeatReader(content)), *goals)
        return Made(content, threshold, trained)

    def _sentence(self, progress: Progress, number: int) -> str:
        each_s = progress.left_s / max(1 - progress.share, 1e-9)
        left_s = progress.left_s + each_s * (self.rounds - number - 1)
        return (
            f"step {progress.step} of {progress.steps}, loss {progress.loss:.3f}, "
            f"{(number + progress.share) / self.rounds:.1%} of all, "
            f"{left_s / 60:.0f} min left"
        )


def cross_validate(
    workshop: Workshop, pairs: Sequence[Pair], others: Sequence[float]
) -> Crossed | None:
    """Measure each part of the pairs with a model that learnt from the other parts.

    Args:
        workshop: Makes the models; its rounds begin with the folds.
        pairs: Of several boards.
        others: Thresholds to measure at as well.

    Returns:
        None when it was stopped.

    Raises:
        LearningError: The pairs or a checkpoint cannot be used.
    """
    parts = deal(pairs, workshop.recipe.folds)
    made, found, scored = [], [], []
    for number, kept in enumerate(parts):
        name, names = f"fold-{number + 1}", {pair.name for pair in kept}
        learnt = [pair for pair in pairs if pair.name not in names]
        model = workshop.make(name, number, learnt)
        if model is None:
            return None
        scores = score(kept, HeatReader(model.content))
        at = judge(scores, model.threshold, workshop.kinds)
        workshop.say(
            f"{name}: {at.escaped.count} of {at.escaped.total} defects escaped, "
            f"{at.rejected.count} of {at.rejected.total} good parts rejected at "
            f"{model.threshold:.2f}, on boards that it never saw"
        )
        made.append(model)
        found.append(at)
        scored.append(scores)
    return Crossed(
        together(found),
        tuple(model.threshold for model in made),
        tuple(
            together([judge(scores, other, workshop.kinds) for scores in scored])
            for other in others
        ),
        tuple(tuple(sorted({pair.board for pair in kept})) for kept in parts),
        sum(model.trained.steps for model in made),
        sum(model.trained.spent_s for model in made),
    )
