"""Training samples: drawn, framed, answered by the teacher, made ugly. Seeded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchpost.learning.augment import make_ugly, vary
from watchpost.learning.framing import (
    Area,
    Framed,
    Rng,
    frame,
    letterboxed,
    mosaic_areas,
    plain_view,
    random_view,
)
from watchpost.learning.picture_cache import PictureCache
from watchpost.learning.recipes import Recipe
from watchpost.learning.targets import targets_of
from watchpost.learning.teacher import Teacher

Sample = dict[str, NDArray[Any]]
MAP = "map_"


class Samples:
    """One epoch's samples by number; the same number gives the same sample.

    Made once per loading process (it pickles by its arguments). The teacher sees the
    clean picture and answers for it; the network gets the ugly one. Only while the
    network is guided by the teacher's maps do both see the same.
    """

    def __init__(self, recipe: Recipe, cache: Path, teacher: Path | None) -> None:
        self._arguments = recipe, cache, teacher
        self._recipe = recipe
        self._cache = PictureCache(cache)
        self._teacher = None if teacher is None else Teacher(teacher, recipe)
        numbers = self._cache.for_training()
        weights = self._cache.weights()[numbers]
        self._numbers, self._shares = numbers, weights / weights.sum()
        self.epoch, self.guided = 0, False
        self._taught = np.zeros(len(recipe.classes), bool)
        if recipe.teacher is not None:
            self._taught[[recipe.classes.index(n) for n in recipe.teacher.classes]] = (
                True
            )

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (*self._arguments, self.epoch, self.guided))

    def __len__(self) -> int:
        return self._recipe.epoch_pictures

    def __getitem__(self, number: int) -> Sample:
        """Return picture (h, w, 3) u8, scores, boxes, known, a teacher's map_PART."""
        rng = np.random.default_rng((self._recipe.seed, self.epoch, number))
        framed = self._framed(rng)
        bgr = vary(framed.bgr, rng)
        bgr = make_ugly(bgr, rng, chance=self._recipe.ugly)
        shown = bgr if self.guided else framed.bgr
        answer = None if self._teacher is None else self._teacher.answer(shown)
        targets = targets_of(framed, answer, self._taught)
        sample: Sample = {
            "picture": bgr,
            "scores": targets.scores,
            "boxes": targets.boxes,
            "known": targets.known,
        }
        if answer is not None:
            sample |= {f"{MAP}{part}": m for part, m in answer.maps.items()}
        return sample

    def _framed(self, rng: Rng) -> Framed:
        width, height = self._recipe.width, self._recipe.height
        chance = rng.random()
        areas = [Area(0, 0, width, height)]
        if chance < self._recipe.mosaic:
            areas = mosaic_areas(width, height, rng)
        drawn = rng.choice(self._numbers, len(areas), p=self._shares)
        parts = [(a, self._cache[int(n)]) for a, n in zip(areas, drawn, strict=True)]
        plain = rng.random() >= self._recipe.moved
        return frame(
            parts,
            width,
            height,
            lambda e, a: (plain_view if plain else _moved(rng))(
                (e.bgr.shape[1], e.bgr.shape[0]), a
            ),
        )


def _moved(rng: Rng) -> Any:
    return lambda size, area: random_view(size, area, rng)


def _rebuild(
    recipe: Recipe, cache: Path, teacher: Path | None, epoch: int, guided: bool
) -> Samples:
    samples = Samples(recipe, cache, teacher)
    samples.epoch, samples.guided = epoch, guided
    return samples


def collate(samples: list[Sample]) -> Sample:
    """Stack samples to a batch."""
    return {name: np.stack([s[name] for s in samples]) for name in samples[0]}


__all__ = ["MAP", "Sample", "Samples", "collate", "letterboxed"]
