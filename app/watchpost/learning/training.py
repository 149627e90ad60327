"""Training a detector: seeded, resumable, stoppable at any moment.

Progress is told once every few seconds. A checkpoint holds everything that the next step
needs (weights, their average, the optimiser, the epoch) and replaces the one before as a
whole, so that killing the process costs at most the epoch in work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.errors import LearningError
from watchpost.base.files import digest_of
from watchpost.base.log import get_logger
from watchpost.learning.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from watchpost.learning.losses import detection_loss, map_loss
from watchpost.learning.network import Detector
from watchpost.learning.recipes import Recipe
from watchpost.learning.samples import MAP, Samples, collate
from watchpost.learning.start import model_to_start_from, start_from

_WARM_UP_STEPS = 200
_LAST_RATE = 0.03
# What the parts learnt alone must not be shaken out of them when they first work together.
_TOGETHER_RATE = 0.3
# Share of a stretch after which batch norms keep the mean and spread that they have: those
# of a few pictures are too rough to learn the last of a teacher's map by. A network that
# begins with a model's weights keeps them from the start.
_SETTLED = 0.4
_AVERAGE_STEPS = 400.0
_AVERAGE_DECAY = 0.9985
_MAX_GRADIENT = 20.0
_WEIGHT_DECAY = 0.05
_CLASS_GAIN, _BOX_GAIN, _MAP_GAIN = 1.0, 3.0, 8.0
_TELL_EVERY_S = 5.0
# How many pictures weights that are begun with are fitted to.
_SHOWN = 32
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Attributes:
        epoch: Running, from 1, of ``epochs``.
        share: Of the whole training that is done, 0..1.
        loss: Mean of the last steps; ``class_loss``, ``box_loss`` and ``map_loss`` are
            its parts before their gains.
        pictures_per_s: Over the last steps.
        left_s: Estimated time to the end.
    """

    epoch: int
    epochs: int
    share: float
    loss: float
    class_loss: float
    box_loss: float
    map_loss: float
    pictures_per_s: float
    left_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run a training, apart from what is learnt.

    Attributes:
        out: Folder for the picture cache and checkpoints.
        teacher: File of the recipe's teacher, or None to learn from labels alone.
        threads: For torch.
        device: What torch computes on: ``cpu``, or ``cuda`` for a GPU of NVIDIA's.
        loaders: Processes that prepare samples; 0 prepares them between the steps.
        minutes: Ends the training, with the learning rate run down, after this time
            even if epochs are left.
    """

    out: Path
    teacher: Path | None = None
    threads: int = 2
    device: str = "cpu"
    loaders: int = 1
    minutes: float | None = None


@dataclass(slots=True)
class _State:
    network: Any
    average: Any
    optimiser: Any
    guided: bool = False
    epoch: int = 0
    step: int = 0
    warm_from: int = 0
    spent_s: float = 0.0
    begun_with: str = ""
    recent: list[Any] = field(default_factory=list)


def run(
    recipe: Recipe,
    cache: Path,
    plan: Plan,
    *,
    tell: Callable[[Progress], None] = lambda _progress: None,
    stop: Callable[[], bool] = lambda: False,
    clock: Clock = SYSTEM_CLOCK,
) -> Checkpoint:
    """Train until the recipe's epochs or the plan's minutes are over, or stopped.

    Resumes from the newest checkpoint in ``plan.out``, which must be of the same classes.

    Args:
        recipe: What is learnt.
        cache: Folder of the recipe's :class:`PictureCache`.
        plan: Where and how.
        tell: Is told about progress, from this thread.
        stop: Asked after every step; true ends the training with a checkpoint.
        clock: For speed and the time limit.

    Raises:
        LearningError: The checkpoint is of something else, or the loss became NaN.
    """
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(plan.threads)
    samples = Samples(recipe, cache, plan.teacher)
    state = _prepare(recipe, plan, samples)
    before_s, started_ns = state.spent_s, clock.monotonic_ns()
    told_ns, told_step = started_ns, state.step
    is_astray = False
    try:
        for batch in _batches(recipe, plan, samples, state):
            spent_s = before_s + (clock.monotonic_ns() - started_ns) / 1e9
            state.spent_s = spent_s
            share = _share(state, recipe, plan)
            if share >= 1 or stop():
                break
            _step(state, recipe, batch, share)
            since_s = (clock.monotonic_ns() - told_ns) / 1e9
            if since_s >= _TELL_EVERY_S:
                speed = (state.step - told_step) / since_s
                left = _left_s(state, recipe, plan, share, speed)
                tell(_progress(state, recipe, share, speed, left))
                told_ns, told_step = clock.monotonic_ns(), state.step
    except LearningError:
        is_astray = True
        raise
    finally:
        # Also on Ctrl-C what was learnt so far is kept, unless it is no good.
        checkpoint = _checkpoint(recipe, state)
        if not is_astray:
            save_checkpoint(plan.out, checkpoint)
    return checkpoint


def find_device(wanted: str | None) -> str:
    """Return what to compute on; None takes a GPU where torch can use one.

    Raises:
        LearningError: The GPU that is wanted cannot be used.
    """
    has_gpu = torch.cuda.is_available()
    if wanted == "cuda" and not has_gpu:
        raise LearningError(
            "torch finds no GPU that it can use here.",
            todo="Leave --device out to train on the processor, or install a torch and "
            "a driver for the GPU.",
            code="learning.device",
        )
    return wanted or ("cuda" if has_gpu else "cpu")


def _prepare(recipe: Recipe, plan: Plan, samples: Samples) -> _State:
    network = Detector(len(recipe.classes))
    found = load_checkpoint(plan.out)
    begun_with = "" if found is None else found.begun_with
    if found is None and recipe.start:
        shown = collate([samples[number] for number in range(_SHOWN)])
        path = model_to_start_from(recipe.start)
        start_from(path, network, recipe.classes, _pictures(shown["picture"]))
        begun_with = f"{path.name} (SHA-256 {digest_of(path)})"
        _log.info("training_starts_from", model=path.name)
    network.to(plan.device, memory_format=torch.channels_last)
    average = Detector(len(recipe.classes)).to(plan.device)
    average.load_state_dict(network.state_dict())
    state = _State(network, average, _optimiser(recipe, network), begun_with=begun_with)
    if found is None:
        return state
    if found.classes != recipe.classes:
        raise LearningError(
            f"The checkpoint in {plan.out} knows other classes than the recipe.",
            todo="Choose another output, or remove its folder.",
        )
    network.load_state_dict(found.network)
    average.load_state_dict(found.average)
    state.optimiser.load_state_dict(found.optimiser)
    state.epoch, state.step, state.spent_s = found.epoch, found.step, found.spent_s
    _log.info("training_resumed", epoch=found.epoch, step=found.step)
    return state


def _optimiser(recipe: Recipe, network: Any) -> Any:
    decayed: list[Any] = []
    free: list[Any] = []
    for parameter in network.parameters():
        (decayed if parameter.ndim > 1 else free).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": _WEIGHT_DECAY},
            {"params": free, "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
        fused=True,
    )


def _batches(
    recipe: Recipe, plan: Plan, samples: Samples, state: _State
) -> Iterator[dict[str, Any]]:
    while state.epoch < recipe.epochs:
        samples.epoch = state.epoch
        guided = _share(state, recipe, plan) < recipe.guided
        if state.guided and not guided:
            _begin_together(state, recipe)
        samples.guided = state.guided = guided
        loader = DataLoader(
            samples,
            batch_size=recipe.batch,
            num_workers=plan.loaders,
            collate_fn=collate,
            drop_last=True,
            # Samples are drawn at random already; the order may be what it is.
            shuffle=False,
            multiprocessing_context="spawn" if plan.loaders else None,
            prefetch_factor=4 if plan.loaders else None,
        )
        for arrays in loader:
            yield {n: torch.from_numpy(a).to(plan.device) for n, a in arrays.items()}
        state.epoch += 1
        save_checkpoint(plan.out, _checkpoint(recipe, state))
        _log.info("epoch_done", epoch=state.epoch, step=state.step)


def _begin_together(state: _State, recipe: Recipe) -> None:
    """Let the parts work on each other's maps from here on.

    Gradients that come through the whole network are many times larger than those of one
    part: with the optimiser's memory of the small ones the first steps would undo most of
    what was learnt.
    """
    state.network.load_state_dict(state.average.state_dict())
    state.optimiser = _optimiser(recipe, state.network)
    state.warm_from = state.step


def _share(state: _State, recipe: Recipe, plan: Plan) -> float:
    """Return how much of the training is done, 0..1, by steps or by time."""
    steps = max(1, recipe.epoch_pictures // recipe.batch) * recipe.epochs
    share = state.step / steps
    if plan.minutes is not None:
        share = max(share, state.spent_s / (plan.minutes * 60))
    return share


def _step(state: _State, recipe: Recipe, batch: dict[str, Any], share: float) -> None:
    for group in state.optimiser.param_groups:
        group["lr"] = recipe.learning_rate * _rate(state, recipe.guided, share)
    pictures = _pictures(batch["picture"])
    state.network.train()
    if recipe.start or share > _SETTLED * (recipe.guided or 1.0):
        _settle_norms(state.network)
    theirs = {
        # Laid out as ours are, or every step between the two would be a slow one.
        name[len(MAP) :]: m.to(torch.float32, memory_format=torch.channels_last)
        for name, m in batch.items()
        if name.startswith(MAP)
    }
    ours = state.network.maps(pictures, theirs if state.guided else None)
    # While it is guided, what the heads say of the teacher's maps is learnt beside.
    said = state.network.rows(ours | theirs if state.guided else ours)
    parts = detection_loss(said, batch, recipe.width, recipe.height)
    missed = map_loss(ours, theirs) if theirs else parts.new_zeros(())
    loss = _CLASS_GAIN * parts[0] + _BOX_GAIN * parts[1]
    # The inner maps show the way at first; at the end the answer alone matters.
    loss = loss + _MAP_GAIN * (1 - share) * missed
    if not bool(torch.isfinite(loss)):
        raise LearningError(
            f"The training went astray at step {state.step}: the loss is not a number.",
            todo="Resume it with a smaller learning_rate in the recipe.",
        )
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), _MAX_GRADIENT)
    state.optimiser.step()
    state.step += 1
    _follow(state)
    state.recent.append(torch.stack((loss, *parts, missed)).detach())
    del state.recent[:-50]


def _rate(state: _State, guided: float, share: float) -> float:
    """Return the share of the recipe's learning rate; it falls twice where guided."""
    first, done = 1.0, share
    if guided and share < guided:
        done = share / guided
    elif guided:
        first, done = _TOGETHER_RATE, (share - guided) / max(1.0 - guided, 1e-9)
    falling = _LAST_RATE + (1 - _LAST_RATE) * (1 + math.cos(math.pi * done)) / 2
    warm = min(1.0, (state.step - state.warm_from + 1) / _WARM_UP_STEPS)
    return first * falling * warm


def _settle_norms(network: Any) -> None:
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def _pictures(bgr: Any) -> Any:
    """Return pictures (n, h, w, 3) u8, an array or a tensor, as the network takes them."""
    pictures = torch.as_tensor(bgr).permute(0, 3, 1, 2).float()
    return pictures.contiguous(memory_format=torch.channels_last)


@torch.no_grad()  # type: ignore[untyped-decorator]
def _follow(state: _State) -> None:
    """Move the average of the weights a little towards the weights."""
    decay = _AVERAGE_DECAY * (1 - math.exp(-state.step / _AVERAGE_STEPS))
    ours = state.average.state_dict()
    for name, value in state.network.state_dict().items():
        if value.is_floating_point():
            ours[name].lerp_(value, 1 - decay)
        else:
            ours[name].copy_(value)


def _progress(
    state: _State, recipe: Recipe, share: float, steps_per_s: float, left_s: float
) -> Progress:
    loss, class_loss, box_loss, map_loss = (
        float(v) for v in torch.stack(state.recent).mean(0)
    )
    return Progress(
        state.epoch + 1,
        recipe.epochs,
        share,
        loss,
        class_loss,
        box_loss,
        map_loss,
        steps_per_s * recipe.batch,
        left_s,
    )


def _left_s(
    state: _State, recipe: Recipe, plan: Plan, share: float, steps_per_s: float
) -> float:
    steps = max(1, recipe.epoch_pictures // recipe.batch) * recipe.epochs - state.step
    left = steps / max(steps_per_s, 1e-6)
    if plan.minutes is not None:
        left = min(left, (1 - share) * plan.minutes * 60)
    return max(0.0, left)


def _checkpoint(recipe: Recipe, state: _State) -> Checkpoint:
    return Checkpoint(
        recipe=recipe.name,
        classes=recipe.classes,
        width=recipe.width,
        height=recipe.height,
        epoch=state.epoch,
        step=state.step,
        spent_s=state.spent_s,
        network=state.network.state_dict(),
        average=state.average.state_dict(),
        optimiser=state.optimiser.state_dict(),
        begun_with=state.begun_with,
    )
