"""What can be changed of one rule beside its shape: name, anchor, classes, numbers."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import inset
from watchpost.console.widgets.rule_shapes import RuleSpec, shape_of, with_points
from watchpost.domain.rules import Anchor
from watchpost.protocol.cameras import LineSpec, ShelfSpec, StationSpec, ZoneSpec

_KNOWN_CLASSES = (
    "person", "bicycle", "car", "motorcycle", "bus", "truck", "bottle", "part", "defect",
)  # fmt: skip
_MOST_ENDS = 4


class RulePanel(QWidget):
    """One rule's settings; fields that its kind does not have are hidden.

    Signals:
        edited: A changed rule.
    """

    edited = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rule: RuleSpec | None = None
        self._name = QLineEdit()
        self._name.setMaxLength(80)
        self._product = QLineEdit()
        self._product.setMaxLength(80)
        self._product.setToolTip(
            self.tr("The class that stands there, such as {names}.").format(
                names=", ".join(_KNOWN_CLASSES)
            )
        )
        self._anchor = QComboBox()
        for anchor, text in (
            (Anchor.CENTRE, self.tr("Centre of the box")),
            (Anchor.BOTTOM, self.tr("Bottom (feet, wheels)")),
            (Anchor.TOP, self.tr("Top (head)")),
        ):
            self._anchor.addItem(text, anchor)
        self._classes = QLineEdit()
        self._classes.setToolTip(
            self.tr("Names with commas between, such as {names}.").format(
                names=", ".join(_KNOWN_CLASSES)
            )
        )
        self._slow = inset(QDoubleSpinBox())
        self._slow.setRange(0.01, 10)
        self._slow.setDecimals(2)
        self._slow.setSingleStep(0.05)
        self._slow.setSuffix(self.tr(" heights a second"))
        self._slow.setKeyboardTracking(False)
        self._parts = QLineEdit()
        self._parts.setToolTip(self._classes.toolTip())
        self._score = inset(QDoubleSpinBox())
        self._score.setRange(0.01, 1)
        self._score.setSingleStep(0.05)
        self._score.setKeyboardTracking(False)
        self._looks = inset(QSpinBox())
        self._looks.setRange(1, 100)
        self._looks.setKeyboardTracking(False)
        self._ends = [self._end(index) for index in range(2 * _MOST_ENDS)]
        grid = QGridLayout()
        grid.setSpacing(4)
        for index, box in enumerate(self._ends):
            grid.addWidget(box, index // 2, index % 2)
        self._numbers = QWidget()
        grid.setContentsMargins(0, 0, 0, 0)
        self._numbers.setLayout(grid)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(self.tr("Name"), self._name)
        form.addRow(self.tr("Product"), self._product)
        form.addRow(self.tr("Classes that are a part"), self._parts)
        form.addRow(self.tr("Anchor"), self._anchor)
        form.addRow(self.tr("Classes"), self._classes)
        form.addRow(self.tr("Who moves slower waits"), self._slow)
        form.addRow(self.tr("Least score of a defect"), self._score)
        form.addRow(self.tr("Looks that a verdict needs"), self._looks)
        form.addRow(self.tr("Ends, % of the picture"), self._numbers)
        self._form = form
        self.setLayout(form)
        self._name.editingFinished.connect(self._on_edit)
        self._product.editingFinished.connect(self._on_edit)
        self._classes.editingFinished.connect(self._on_edit)
        self._anchor.activated.connect(self._on_edit)
        self._parts.editingFinished.connect(self._on_edit)
        for number in (self._slow, self._score, self._looks):
            number.valueChanged.connect(self._on_edit)
        for box in self._ends:
            box.valueChanged.connect(self._on_edit)

    def _end(self, index: int) -> QDoubleSpinBox:
        name = f"{'xy'[index % 2]}{index // 2 + 1}"
        box = inset(QDoubleSpinBox())
        box.setRange(0, 100)
        box.setDecimals(1)
        box.setSingleStep(0.5)
        box.setPrefix(f"{name}  ")
        box.setAccessibleName(name)
        box.setKeyboardTracking(False)
        # Two fit beside each other, with a scroll bar beside them.
        box.setMinimumWidth(self._theme.px(104))
        return box

    def show_rule(self, rule: RuleSpec | None) -> None:
        """Fill the fields."""
        self._rule = rule
        self.setVisible(rule is not None)
        if rule is None:
            return
        _fill(self._name, rule.name)
        is_shelf = isinstance(rule, ShelfSpec)
        is_station = isinstance(rule, StationSpec)
        for field, has_it in (
            (self._product, is_shelf),
            (self._anchor, not (is_shelf or is_station)),
            (self._parts, is_station),
            (self._score, is_station),
            (self._looks, is_station),
            (self._slow, isinstance(rule, ZoneSpec)),
            (self._numbers, isinstance(rule, LineSpec)),
        ):
            self._form.setRowVisible(field, has_it)
        words = self._form.labelForField(self._anchor)
        words.setText(  # type: ignore[attr-defined]
            self.tr("What must cross")
            if isinstance(rule, LineSpec)
            else self.tr("What must be inside")
        )
        words = self._form.labelForField(self._classes)
        if isinstance(rule, ShelfSpec):
            _fill(self._product, rule.product)
            _fill(self._classes, ", ".join(rule.obstacles))
            words.setText(self.tr("Classes that stand in front"))  # type: ignore[attr-defined]
            self._classes.setPlaceholderText(self.tr("none"))
            return
        if isinstance(rule, StationSpec):
            _fill(self._parts, ", ".join(rule.parts))
            _fill(self._classes, ", ".join(rule.defects))
            words.setText(self.tr("Classes that make it fail"))  # type: ignore[attr-defined]
            self._classes.setPlaceholderText("")
            with QSignalBlocker(self._score), QSignalBlocker(self._looks):
                self._score.setValue(rule.min_score)
                self._looks.setValue(rule.min_looks)
            return
        _fill(self._classes, ", ".join(rule.classes))
        words.setText(self.tr("Classes that count"))  # type: ignore[attr-defined]
        self._classes.setPlaceholderText(self.tr("all classes"))
        self._anchor.setCurrentIndex(self._anchor.findData(rule.anchor))
        if isinstance(rule, ZoneSpec):
            with QSignalBlocker(self._slow):
                self._slow.setValue(rule.slow)
        else:
            self._show_ends(rule)

    def _show_ends(self, rule: LineSpec) -> None:
        values = [value for point in shape_of(rule).points for value in point]
        for index, box in enumerate(self._ends):
            box.setVisible(index < len(values))
            if index < len(values):
                with QSignalBlocker(box):
                    box.setValue(values[index] * 100)

    @Slot()
    def _on_edit(self) -> None:
        rule = self._rule
        if rule is None:
            return
        changes: dict[str, object] = {"name": self._name.text().strip()}
        words = _names(self._classes)
        if isinstance(rule, ShelfSpec):
            changes["obstacles"] = words
            changes["product"] = self._product.text().strip().lower()
        elif isinstance(rule, StationSpec):
            changes["parts"], changes["defects"] = _names(self._parts), words
            changes["min_score"] = self._score.value()
            changes["min_looks"] = self._looks.value()
        else:
            changes["classes"] = words
            changes["anchor"] = Anchor(self._anchor.currentData())
        if isinstance(rule, ZoneSpec):
            changes["slow"] = self._slow.value()
        new: RuleSpec = rule.model_copy(update=changes)
        if isinstance(rule, LineSpec):
            new = with_points(new, self._points(rule))
        if new != rule:
            self.edited.emit(new)

    def _points(self, rule: LineSpec) -> tuple[tuple[float, float], ...]:
        # A field shows one decimal; what was not touched keeps its full value.
        old = [value for point in shape_of(rule).points for value in point]
        new = [
            was if abs(was * 100 - box.value()) < 0.051 else box.value() / 100
            for was, box in zip(old, self._ends, strict=False)
        ]
        return tuple(zip(new[::2], new[1::2], strict=True))


def _names(field: QLineEdit) -> tuple[str, ...]:
    words = (word.strip().lower() for word in field.text().split(","))
    return tuple(word for word in words if word)


def _fill(field: QLineEdit, text: str) -> None:
    """Show a text, but not under the fingers of somebody who types."""
    if not field.hasFocus():
        field.setText(text)
