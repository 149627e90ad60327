"""Training of an inspection model: steps, progress, checkpoints, resuming.

This module imports torch; call :func:`watchpost.learning.torch_extra.require` first.
"""

from __future__ import annotations

import hashlib
import io
import math
import pickle
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.learning.inspection.network import Comparer, inspection_loss
from watchpost.learning.inspection.pairs import Pair
from watchpost.learning.inspection.recipe import InspectionRecipe
from watchpost.learning.inspection.samples import Pieces

_FILE = "inspection.pt"
_TELL_EVERY_S = 10.0
_SAVE_EVERY_S = 60.0
_WARM_STEPS = 50
_WEIGHT_DECAY = 1e-4
_LARGEST_GRADIENT = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Attributes:
        step: Done, of ``steps``.
        share: Of the whole, 0..1; ``left_s``: the rest, seconds.
        loss: Mean since the last report.
    """

    step: int
    steps: int
    share: float
    loss: float
    left_s: float


@dataclass(frozen=True, slots=True)
class _What:
    """What a checkpoint is of; ``learnt`` is a digest of the names of the pairs."""

    recipe: str
    kinds: int
    learnt: str


@dataclass(slots=True)
class _State:
    network: Any
    optimiser: Any
    step: int = 0
    spent_s: float = 0.0
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The outcome: the network in evaluation mode, and what it took."""

    network: Any
    steps: int
    spent_s: float


def train(
    recipe: InspectionRecipe,
    pairs: Sequence[Pair],
    kinds: int,
    folder: Path,
    *,
    minutes: float | None = None,
    threads: int = 2,
    tell: Callable[[Progress], None] = lambda _progress: None,
    stop: Callable[[], bool] = lambda: False,
    clock: Clock = SYSTEM_CLOCK,
) -> Trained:
    """Train until the recipe's steps or the minutes are over, or stopped.

    Goes on from the checkpoint in ``folder`` where there is one; leaves one there.

    Args:
        recipe: How.
        pairs: What is learnt from.
        kinds: How many kinds of defects there are.
        folder: Of the checkpoint.
        minutes: Ends the training, with the learning rate run down, after this time.
        threads: For torch.
        tell: Is told about progress, from this thread.
        stop: Asked after every step; true ends the training.
        clock: For speed and the time limit.

    Raises:
        LearningError: The checkpoint is of something else, or the loss became NaN.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    what = _What(recipe.name, kinds, _digest(pairs))
    state = _begin(recipe, what, folder)
    pieces = Pieces(pairs, recipe.crop)
    before_s, started_ns = state.spent_s, clock.monotonic_ns()
    told_s = saved_s = before_s
    while (share := _share(state, recipe, minutes)) < 1 and not stop():
        _step(state, recipe, pieces, share)
        state.spent_s = before_s + (clock.monotonic_ns() - started_ns) / 1e9
        if state.spent_s - told_s >= _TELL_EVERY_S:
            tell(_progress(state, recipe, minutes))
            told_s = state.spent_s
        if state.spent_s - saved_s >= _SAVE_EVERY_S:
            _save(state, what, folder)
            saved_s = state.spent_s
    _save(state, what, folder)
    state.network.eval()
    return Trained(state.network, state.step, state.spent_s)


def _step(
    state: _State, recipe: InspectionRecipe, pieces: Pieces, share: float
) -> None:
    # Of the step alone: a resumed training draws what it would have drawn.
    rng = np.random.default_rng((recipe.seed, state.step))
    drawn = [pieces.draw(rng) for _ in range(recipe.batch)]
    pairs = torch.from_numpy(np.stack([piece.pair for piece in drawn])).float()
    wanted = torch.from_numpy(np.stack([piece.wanted for piece in drawn]))
    rate = recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * share))
    for group in state.optimiser.param_groups:
        group["lr"] = rate * min(1.0, (state.step + 1) / _WARM_STEPS)
    state.network.train()
    defect, kind = state.network(pairs)
    loss = inspection_loss(defect, kind, wanted)
    value = float(loss.detach())
    if not math.isfinite(value):
        raise LearningError(
            f"The loss is no number after {state.step} steps.",
            todo="Train again with a smaller learning_rate.",
        )
    state.optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), _LARGEST_GRADIENT)
    state.optimiser.step()
    state.losses.append(value)
    state.step += 1


def _share(state: _State, recipe: InspectionRecipe, minutes: float | None) -> float:
    timed = 0.0 if minutes is None else state.spent_s / (minutes * 60)
    return max(state.step / recipe.steps, timed)


def _progress(
    state: _State, recipe: InspectionRecipe, minutes: float | None
) -> Progress:
    share = _share(state, recipe, minutes)
    loss = float(np.mean(state.losses)) if state.losses else math.nan
    state.losses.clear()
    left_s = state.spent_s * (1 - share) / max(share, 1e-9)
    return Progress(state.step, recipe.steps, min(1.0, share), loss, max(0.0, left_s))


def _digest(pairs: Sequence[Pair]) -> str:
    names = "\n".join(pair.name for pair in pairs)
    return hashlib.sha256(names.encode()).hexdigest()


def _begin(recipe: InspectionRecipe, what: _What, folder: Path) -> _State:
    network = Comparer(what.kinds)
    optimiser = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=_WEIGHT_DECAY
    )
    state = _State(network, optimiser)
    path = folder / _FILE
    if not path.exists():
        return state
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content["what"] != asdict(what):
            # Other pairs too: what was learnt from must never be measured on.
            raise LearningError(
                f"The checkpoint {path} is of another recipe or of other pairs.",
                todo="Remove it, or choose another name with --out.",
            )
        network.load_state_dict(content["network"])
        optimiser.load_state_dict(content["optimiser"])
        state.step, state.spent_s = int(content["step"]), float(content["spent_s"])
    except (
        OSError,
        RuntimeError,
        TypeError,
        KeyError,
        ValueError,
        EOFError,
        pickle.UnpicklingError,
    ) as error:
        raise LearningError(
            f"The checkpoint {path} is damaged.", todo="Remove it to start again."
        ) from error
    return state


def _save(state: _State, what: _What, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    content = {
        "what": asdict(what),
        "step": state.step,
        "spent_s": state.spent_s,
        "network": state.network.state_dict(),
        "optimiser": state.optimiser.state_dict(),
    }
    torch.save(content, buffer)
    replace_file(folder / _FILE, buffer.getvalue())
