"""What zones and shelves told of every frame of a video, kept to be scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from watchpost.base.clock import NS_PER_S
from watchpost.domain.facings import FacingState
from watchpost.domain.rules import Shelf, Zone
from watchpost.engine.frames import FrameHeader
from watchpost.engine.pipeline import PipelineOutput
from watchpost.learning.evaluation.values import (
    Box,
    Quantity,
    ToldValue,
    TrueValues,
    ValueScore,
    score_values,
)


class ValueWatch:
    """Makes the rules that a truth speaks of, and listens to what they tell.

    Args:
        truths: What is to be scored.
        find_places: Returns the places of a shelf whose truth does not name them.
    """

    def __init__(
        self,
        truths: tuple[TrueValues, ...],
        find_places: Callable[[TrueValues], tuple[Box, ...]],
    ) -> None:
        self._truths = truths
        self._told: list[list[ToldValue]] = [[] for _ in truths]
        zones, shelves = [], []
        for number, truth in enumerate(truths):
            if truth.zone is not None:
                name = f"{truth.zone.name} {number}"
                zones.append(replace(truth.zone, id=str(number), name=name))
            else:
                places = truth.facings or find_places(truth)
                shelves.append(
                    Shelf(str(number), truth.class_name, places, truth.class_name)
                )
        self.zones: tuple[Zone, ...] = tuple(zones)
        self.shelves: tuple[Shelf, ...] = tuple(shelves)

    def take(self, header: FrameHeader, output: PipelineOutput) -> None:
        """Note what one analysed frame told."""
        t_s = header.pts_ns / NS_PER_S
        for reading in output.zones:
            is_queue = self._truth(reading.zone_id).quantity is Quantity.QUEUE
            count = reading.waiting if is_queue else reading.occupancy
            self._note(reading.zone_id, ToldValue(t_s, count))
        for shelf, facings in zip(self.shelves, output.shelves, strict=True):
            is_told = all(f.is_told for f in facings)
            filled = sum(f.state is FacingState.FILLED for f in facings)
            self._note(shelf.id, ToldValue(t_s, filled if is_told else None))

    def scores(self) -> tuple[ValueScore, ...]:
        """Return how it compares, truth by truth."""
        return tuple(
            score_values(truth, told)
            for truth, told in zip(self._truths, self._told, strict=True)
        )

    def _truth(self, number: str) -> TrueValues:
        return self._truths[int(number)]

    def _note(self, number: str, value: ToldValue) -> None:
        self._told[int(number)].append(value)
