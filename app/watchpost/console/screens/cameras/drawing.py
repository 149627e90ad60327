"""Rules that are being drawn: what was changed, undone and selected. No widgets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from watchpost.console.widgets.rule_shapes import (
    Points,
    RuleKind,
    RuleSpec,
    shape_of,
    with_points,
)
from watchpost.domain.rules import Line, Shelf, Station, Zone
from watchpost.protocol.cameras import (
    LineSpec,
    RulesSpec,
    ShelfSpec,
    StationSpec,
    ZoneSpec,
)

_STEPS_KEPT = 100
_USUAL_PRODUCT = "bottle"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Cameras", text)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Rules and which of them is selected (-1: none)."""

    rules: tuple[RuleSpec, ...] = ()
    selected: int = -1

    @property
    def chosen(self) -> RuleSpec | None:
        """The selected rule, or None."""
        return self.rules[self.selected] if self.selected >= 0 else None


class DrawingHistory:
    """A drawing with undo and redo; every change is one step, and so is a whole drag."""

    def __init__(self) -> None:
        self._saved: tuple[RuleSpec, ...] = ()
        self._past: list[Drawing] = []
        self._future: list[Drawing] = []
        self._grabbed: Drawing | None = None
        self.now = Drawing()

    @property
    def changed(self) -> bool:
        """Whether it differs from what the edge has."""
        return self.now.rules != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return bool(self._future)

    def begin(self, rules: tuple[RuleSpec, ...]) -> None:
        """Start from what the edge has; a rule of the selected one's name stays selected."""
        chosen = self.now.chosen
        names = [rule.name for rule in rules]
        selected = 0 if rules else -1
        if chosen is not None and chosen.name in names:
            selected = names.index(chosen.name)
        self._saved, self.now = rules, Drawing(rules, selected)
        self._past.clear()
        self._future.clear()
        self._grabbed = None

    def grab(self) -> None:
        """Take the changes up to :meth:`release` as one step: a point is dragged."""
        self._grabbed = self.now

    def release(self) -> None:
        """Let the next change be a step of its own."""
        self._grabbed = None

    def put_back(self) -> None:
        """Forget the drag under way."""
        if self._past and self._past[-1] is self._grabbed:
            self.now = self._past.pop()
        self._grabbed = None

    def select(self, index: int) -> None:
        """Select a rule; no step of its own."""
        if -1 <= index < len(self.now.rules):
            self.now = Drawing(self.now.rules, index)

    def draw(self, kind: RuleKind, points: Points) -> str:
        """Add a rule; a place goes to the selected shelf, if one is.

        Args:
            kind: What was drawn.
            points: As of :class:`RuleShape`.

        Returns:
            The sentence that says why it cannot be used, else empty.
        """
        chosen = self.now.chosen
        if kind is RuleKind.SHELF and isinstance(chosen, ShelfSpec):
            whole = (*shape_of(chosen).points, *points)
            return self.change(self.now.selected, with_points(chosen, whole))
        rule = with_points(self._blank(kind), points)
        problem = problem_of(rule)
        if problem is None:
            rules = (*self.now.rules, rule)
            self._step(Drawing(rules, len(rules) - 1))
        return problem or ""

    def change(self, index: int, rule: RuleSpec) -> str:
        """Replace a rule; return why it cannot be used, else empty."""
        problem = problem_of(rule)
        if problem is None:
            self._replace(index, rule)
        return problem or ""

    def _replace(self, index: int, rule: RuleSpec) -> None:
        rules = list(self.now.rules)
        if rules[index] != rule:
            rules[index] = rule
            self._step(Drawing(tuple(rules), index))

    def remove(self, index: int) -> None:
        """Remove a rule."""
        self.release()
        if 0 <= index < len(self.now.rules):
            rules = self.now.rules[:index] + self.now.rules[index + 1 :]
            self._step(Drawing(rules, min(index, len(rules) - 1)))

    def turn(self, index: int) -> None:
        """Let in be out: swap the ends of a line, and of a gate's second one."""
        self.release()
        rule = self.now.rules[index] if 0 <= index < len(self.now.rules) else None
        if isinstance(rule, LineSpec):
            ends: dict[str, object] = {
                "ax": rule.bx, "ay": rule.by, "bx": rule.ax, "by": rule.ay,
            }  # fmt: skip
            if rule.gate is not None:
                ends["gate"] = (*rule.gate[2:], *rule.gate[:2])
            self._replace(index, rule.model_copy(update=ends))

    def undo(self) -> None:
        """Go one step back."""
        self.release()
        if self._past:
            self._future.append(self.now)
            self.now = self._past.pop()

    def redo(self) -> None:
        """Go one step forward again."""
        self.release()
        if self._future:
            self._past.append(self.now)
            self.now = self._future.pop()

    def _blank(self, kind: RuleKind) -> RuleSpec:
        """Return a rule of a kind without a shape, under a name of its own."""
        if kind is RuleKind.ZONE:
            return ZoneSpec(name=self._free_name(_tr("Zone {n}")), points=())
        if kind is RuleKind.SHELF:
            shelves = [rule for rule in self.now.rules if isinstance(rule, ShelfSpec)]
            product = shelves[-1].product if shelves else _USUAL_PRODUCT
            name = self._free_name(_tr("Shelf {n}"))
            return ShelfSpec(name=name, facings=(), product=product)
        if kind is RuleKind.STATION:
            name = self._free_name(_tr("Station {n}"))
            return StationSpec(
                name=name, points=(), parts=("part",), defects=("defect",)
            )
        is_line = kind is RuleKind.LINE
        name = self._free_name(_tr("Line {n}") if is_line else _tr("Gate {n}"))
        return LineSpec(name=name, ax=0, ay=0, bx=0, by=0)

    def _free_name(self, pattern: str) -> str:
        taken = {rule.name for rule in self.now.rules}
        number = 1
        while (name := pattern.format(n=number)) in taken:
            number += 1
        return name

    def _step(self, new: Drawing) -> None:
        # Of a drag, only where it began is kept.
        if (
            self._grabbed is None
            or not self._past
            or self._past[-1] is not self._grabbed
        ):
            self._past.append(self.now)
            del self._past[:-_STEPS_KEPT]
        self._future.clear()
        self.now = new


def problem_of(rule: RuleSpec) -> str | None:
    """Return the sentence that says why a rule cannot be used, or None."""
    parts = rule.model_dump()
    if isinstance(rule, LineSpec):
        return Line(**parts).problem()
    if isinstance(rule, ZoneSpec):
        return Zone(**parts).problem()
    if isinstance(rule, StationSpec):
        return Station(**parts).problem()
    return Shelf(**parts).problem()


def rules_spec(version: int, rules: tuple[RuleSpec, ...]) -> RulesSpec:
    """Return rules as the edge takes them.

    Args:
        version: The one that was edited.
        rules: All of a camera.
    """
    return RulesSpec(
        version=version,
        lines=tuple(rule for rule in rules if isinstance(rule, LineSpec)),
        zones=tuple(rule for rule in rules if isinstance(rule, ZoneSpec)),
        shelves=tuple(rule for rule in rules if isinstance(rule, ShelfSpec)),
        stations=tuple(rule for rule in rules if isinstance(rule, StationSpec)),
    )
