"""The right side of the cameras page: a camera's details, or a source to try."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from watchpost.console.screens.cameras.presenter import CamerasState, Mode, kind_text
from watchpost.console.screens.cameras.source_form import SourceForm
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    icon_button,
    inset,
    label,
    row,
    rule,
)
from watchpost.domain.rules import Anchor
from watchpost.protocol.cameras import LineSpec

_KNOWN_CLASSES = (
    "person", "bicycle", "car", "motorcycle", "bus", "truck", "bottle", "part", "defect",
)  # fmt: skip


def scrolled(content: QVBoxLayout) -> QScrollArea:
    """Return a layout in an area that scrolls up and down, without a frame."""
    inner = QWidget()
    set_look(inner, "clear")
    inner.setLayout(content)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(inner)
    set_look(area.viewport(), "clear")
    return area


class LinePanel(QWidget):
    """One line's name, anchor, classes and end points as numbers.

    Signals:
        edited: A changed :class:`LineSpec`.
    """

    edited = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        del theme
        self._line: LineSpec | None = None
        self._name = QLineEdit()
        self._name.setMaxLength(80)
        self._anchor = QComboBox()
        for anchor, text in (
            (Anchor.CENTRE, self.tr("Centre of the box")),
            (Anchor.BOTTOM, self.tr("Bottom (feet, wheels)")),
            (Anchor.TOP, self.tr("Top (head)")),
        ):
            self._anchor.addItem(text, anchor)
        self._classes = QLineEdit()
        self._classes.setPlaceholderText(self.tr("all classes"))
        self._classes.setToolTip(
            self.tr(
                "Names with commas between, such as {names}. Empty counts all."
            ).format(names=", ".join(_KNOWN_CLASSES))
        )
        self._ends = [self._end(name) for name in ("x1", "y1", "x2", "y2")]
        grid = QGridLayout()
        grid.setSpacing(4)
        for index, box in enumerate(self._ends):
            grid.addWidget(box, index // 2, index % 2)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(self.tr("Name"), self._name)
        form.addRow(self.tr("What must cross"), self._anchor)
        form.addRow(self.tr("Classes that count"), self._classes)
        form.addRow(self.tr("Ends, % of the picture"), grid)
        self.setLayout(form)
        self._name.editingFinished.connect(self._on_edit)
        self._classes.editingFinished.connect(self._on_edit)
        self._anchor.activated.connect(self._on_edit)
        for box in self._ends:
            box.valueChanged.connect(self._on_edit)

    def _end(self, name: str) -> QDoubleSpinBox:
        box = inset(QDoubleSpinBox())
        box.setRange(0, 100)
        box.setDecimals(1)
        box.setSingleStep(0.5)
        box.setPrefix(f"{name}  ")
        box.setAccessibleName(name)
        box.setKeyboardTracking(False)
        return box

    def show_line(self, line: LineSpec | None) -> None:
        """Fill the fields."""
        self._line = line
        self.setVisible(line is not None)
        if line is None:
            return
        if not self._name.hasFocus():
            self._name.setText(line.name)
        if not self._classes.hasFocus():
            self._classes.setText(", ".join(line.classes))
        self._anchor.setCurrentIndex(self._anchor.findData(line.anchor))
        for box, value in zip(
            self._ends, (line.ax, line.ay, line.bx, line.by), strict=True
        ):
            with QSignalBlocker(box):
                box.setValue(value * 100)

    @Slot()
    def _on_edit(self) -> None:
        if self._line is None:
            return
        classes = tuple(
            word.strip().lower()
            for word in self._classes.text().split(",")
            if word.strip()
        )
        old = (self._line.ax, self._line.ay, self._line.bx, self._line.by)
        # A field shows one decimal; what was not touched keeps its full value.
        ends = [
            was if abs(was * 100 - box.value()) < 0.051 else box.value() / 100
            for was, box in zip(old, self._ends, strict=True)
        ]
        new = self._line.model_copy(
            update={
                "name": self._name.text().strip(),
                "anchor": Anchor(self._anchor.currentData()),
                "classes": classes,
                **dict(zip(("ax", "ay", "bx", "by"), ends, strict=True)),
            }
        )
        if new != self._line:
            self.edited.emit(new)


class DetailPanel(QWidget):
    """The selected camera and its lines.

    Signals:
        saved: ``name, number, enabled, record``.
        source_wanted, remove_wanted, restart_wanted: What the buttons ask for.
        line_chosen: Index of a line.
        line_edited: ``index, LineSpec``.
        save_lines, discard_lines: What the buttons ask for.
    """

    saved = Signal(str, int, bool, bool)
    source_wanted = Signal()
    remove_wanted = Signal()
    restart_wanted = Signal()
    line_chosen = Signal(int)
    line_edited = Signal(int, object)
    save_lines = Signal()
    discard_lines = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._selected = -1
        self._name, self._number = QLineEdit(), inset(QSpinBox())
        self._name.setAccessibleName(self.tr("Name"))
        self._number.setRange(1, 9999)
        self._number.setAccessibleName(self.tr("Number"))
        self._enabled = QCheckBox(self.tr("On"))
        self._record = QCheckBox(self.tr("Record"))
        self._save = button(theme, self.tr("Save"), icon="save")
        self._source = ElidedLabel(look="label")
        self._edit = button(theme, self.tr("Change source…"), icon="plug")
        self._restart = icon_button(theme, "refresh-cw", self.tr("Connect anew"))
        self._remove = icon_button(theme, "trash-2", self.tr("Remove this camera"))
        self._lines = QComboBox()
        self._lines.setAccessibleName(self.tr("Line"))
        self._none = label(
            self.tr("No line yet. Press L on the picture, then set both ends."),
            "label",
            wrap=True,
        )
        self._line = LinePanel(theme)
        self._save_lines = button(
            theme, self.tr("Save lines"), icon="check", look="primary"
        )
        self._discard = button(theme, self.tr("Discard"))
        naming = row(self._number, self._name, gap=6)
        naming.setStretch(1, 1)
        body = column(
            label(self.tr("Camera"), "title"),
            naming,
            row(self._enabled, 8, self._record, None, self._save),
            self._source,
            row(self._edit, None, self._restart, self._remove, gap=6),
            rule(),
            label(self.tr("Lines"), "title"),
            self._none,
            self._lines,
            self._line,
            None,
            gap=8,
        )
        buttons = row(self._discard, self._save_lines, gap=8)
        buttons.setStretch(1, 1)
        self.setLayout(column(scrolled(body), buttons, gap=8, margins=12))
        self._connect()

    def _connect(self) -> None:
        self._save.clicked.connect(self._on_save)
        self._name.returnPressed.connect(self._on_save)
        self._edit.clicked.connect(self.source_wanted)
        self._restart.clicked.connect(self.restart_wanted)
        self._remove.clicked.connect(self.remove_wanted)
        self._lines.activated.connect(self.line_chosen)
        self._line.edited.connect(self._on_line)
        self._save_lines.clicked.connect(self.save_lines)
        self._discard.clicked.connect(self.discard_lines)

    def render_state(self, state: CamerasState) -> None:
        """Show the page's state."""
        camera = state.camera
        self.setEnabled(camera is not None and not state.busy)
        drawing = state.drawing
        self._selected = drawing.selected
        self._none.setVisible(not drawing.lines)
        self._lines.setVisible(bool(drawing.lines))
        names = [line.name for line in drawing.lines]
        if [self._lines.itemText(i) for i in range(self._lines.count())] != names:
            self._lines.clear()
            self._lines.addItems(names)
        self._lines.setCurrentIndex(drawing.selected)
        chosen = drawing.lines[drawing.selected] if drawing.selected >= 0 else None
        self._line.show_line(chosen)
        self._save_lines.setEnabled(state.changed)
        self._discard.setEnabled(state.changed)
        if camera is None:
            return
        if not self._name.hasFocus():
            self._name.setText(camera.name)
        if not self._number.hasFocus():
            self._number.setValue(camera.number)
        self._enabled.setChecked(camera.enabled)
        self._record.setChecked(camera.record)
        kind = kind_text(camera.source.kind).capitalize()
        self._source.setText(f"{kind}: {camera.source.address}")

    @Slot()
    def _on_save(self) -> None:
        self.saved.emit(
            self._name.text(),
            self._number.value(),
            self._enabled.isChecked(),
            self._record.isChecked(),
        )

    @Slot(object)
    def _on_line(self, line: LineSpec) -> None:
        self.line_edited.emit(self._selected, line)


class SourcePanel(QWidget):
    """A source to fill in, try and take.

    Signals:
        tried: A :class:`SourceSpec` to test.
        taken: ``name, SourceSpec`` to add, or to change to.
        cancelled: Nothing is to be changed.
        incomplete: The address is missing.
    """

    tried = Signal(object)
    taken = Signal(str, object)
    cancelled = Signal()
    incomplete = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._title = label(self.tr("Add a camera"), "title")
        self.form = SourceForm(theme)
        self._name = QLineEdit()
        self._name.setMaxLength(80)
        self._name.setPlaceholderText(self.tr("Such as Front door"))
        self._name_label = label(self.tr("Name"), "label")
        self._outcome = label(look="label", wrap=True)
        self._try = button(theme, self.tr("Try it"), icon="play")
        self._take = button(theme, self.tr("Add camera"), icon="check", look="primary")
        self._cancel = button(theme, self.tr("Cancel"))
        body = column(
            self._title,
            self.form,
            self._try,
            self._outcome,
            self._name_label,
            self._name,
            None,
            gap=8,
        )
        buttons = row(self._cancel, self._take, gap=8)
        buttons.setStretch(1, 1)
        self.setLayout(column(scrolled(body), buttons, gap=8, margins=12))
        self._try.clicked.connect(self._on_try)
        self._take.clicked.connect(self._on_take)
        self._name.returnPressed.connect(self._on_take)
        self._cancel.clicked.connect(self.cancelled)
        self.form.edited.connect(self._forget)

    def begin(self, *, adding: bool) -> None:
        """Prepare for a new camera, or for another source of one."""
        self._title.setText(
            self.tr("Add a camera") if adding else self.tr("Change the source")
        )
        self._take.setText(
            self.tr("Add camera") if adding else self.tr("Use this source")
        )
        for widget in (self._name, self._name_label):
            widget.setVisible(adding)
        if adding:
            self._name.clear()
        self._forget()

    def render_state(self, state: CamerasState) -> None:
        """Show the outcome of the last test."""
        if state.mode is Mode.LOOK:
            return
        self.form.show_usb(state.usb)
        self._try.setEnabled(not state.busy)
        self._take.setEnabled(not state.busy)
        if state.busy:
            self._say(state.busy, "label")
        elif state.probe is not None:
            self._say(state.probe.sentence, "ok" if state.probe.ok else "p2-text")

    def _say(self, text: str, look: str) -> None:
        self._outcome.setText(text)
        set_look(self._outcome, look)

    @Slot()
    def _forget(self) -> None:
        self._say("", "label")

    @Slot()
    def _on_try(self) -> None:
        source = self.form.source()
        if source is None:
            self.incomplete.emit()
        else:
            self.tried.emit(source)

    @Slot()
    def _on_take(self) -> None:
        source = self.form.source()
        if source is None:
            self.incomplete.emit()
        else:
            self.taken.emit(self._name.text(), source)
