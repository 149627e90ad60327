"""What the wall shows, as plain records that the presenter makes and the canvas draws."""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.console.widgets.marks import MarkFill, MarkKind
from watchpost.console.widgets.rule_shapes import RuleShape

TileKey = tuple[str, str]
"""Edge key and camera id."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule over the picture: a line with today's totals, a zone or shelf as it is now.

    ``words`` are empty where there is nothing to say of it. They are old where nobody
    can tell whether they still hold; then they have an age.
    """

    name: str
    shape: RuleShape
    words: str
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class TruthView:
    """What a simulator knows beside what was counted in the same time."""

    true_in: int
    true_out: int
    counted_in: int | None
    counted_out: int | None

    @property
    def agrees(self) -> bool | None:
        """Whether both are equal; None while the count of that time is not known."""
        if self.counted_in is None or self.counted_out is None:
            return None
        return (self.true_in, self.true_out) == (self.counted_in, self.counted_out)


@dataclass(frozen=True, slots=True)
class CardView:
    """Why there is no picture: what, since when and what next."""

    title: str
    detail: str
    cause: str
    icon: str
    waiting: bool = False
    """Nothing is wrong: it is connecting or switched off."""


@dataclass(frozen=True, slots=True)
class TileView:
    """One tile.

    Attributes:
        key: The camera; None in an empty place.
        number, name: As operators call it.
        edge_name: Set where several edges share the wall.
        mark, fill, words: State beside the name.
        tint: Priority of an unacknowledged alarm, 0 without.
        count_in, count_out: Today's totals over all lines; None without lines.
        fps, latency: Figures as text; ``-`` where not known.
        stale: Figures are from before the edge went silent.
        rules: To draw over the picture.
        truth: In demo mode.
        card: In the place of a live picture.
        aspect: Width to height of the picture.
    """

    key: TileKey | None
    number: int = 0
    name: str = ""
    edge_name: str = ""
    mark: MarkKind | None = None
    fill: MarkFill = MarkFill.FILLED
    words: str = ""
    tint: int = 0
    count_in: int | None = None
    count_out: int | None = None
    fps: str = ""
    latency: str = ""
    stale: bool = False
    rules: tuple[RuleView, ...] = ()
    truth: TruthView | None = None
    card: CardView | None = None
    aspect: float = 16 / 9
    accessible: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the selected camera's card."""

    name: str
    value: str
    history: tuple[float | None, ...] = ()
    limit: float | None = None
    over: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True)
class DetailView:
    """The selected camera's card."""

    key: TileKey
    title: str
    chip: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class WallView:
    """The whole wall.

    Attributes:
        tiles: As many as the layout has places; one when maximised.
        columns: Tiles side by side.
        selected: Index into ``tiles``, -1 when nothing can be selected.
        maximised: One camera fills the wall.
        page, pages: Which cameras of how many; from 0.
        detail: Card of the selected camera.
        empty: There is no camera at all.
    """

    tiles: tuple[TileView, ...] = ()
    columns: int = 2
    selected: int = -1
    maximised: bool = False
    page: int = 0
    pages: int = 1
    detail: DetailView | None = None
    empty: bool = False
