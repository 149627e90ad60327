"""The right side of the cameras page: a camera's details, or a source to try."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from watchpost.console.screens.cameras.presenter import CamerasState, Mode, kind_text
from watchpost.console.screens.cameras.rule_panels import RulePanel
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
from watchpost.console.widgets.rule_shapes import RuleKind, RuleSpec, kind_of


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


def kind_words(drawn: RuleSpec) -> str:
    """Return what people call a kind of rule."""
    return {
        RuleKind.LINE: _tr("Line"),
        RuleKind.GATE: _tr("Gate"),
        RuleKind.ZONE: _tr("Zone"),
        RuleKind.SHELF: _tr("Shelf"),
        RuleKind.STATION: _tr("Inspection"),
    }[kind_of(drawn)]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Rules", text)


class DetailPanel(QWidget):
    """The selected camera and its rules.

    Signals:
        saved: ``name, number, enabled, record``.
        source_wanted, remove_wanted, restart_wanted: What the buttons ask for.
        rule_chosen: Index of a rule.
        rule_edited: ``index, rule``.
        save_rules, discard_rules: What the buttons ask for.
    """

    saved = Signal(str, int, bool, bool)
    source_wanted = Signal()
    remove_wanted = Signal()
    restart_wanted = Signal()
    rule_chosen = Signal(int)
    rule_edited = Signal(int, object)
    save_rules = Signal()
    discard_rules = Signal()

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
        self._rules = QComboBox()
        self._rules.setAccessibleName(self.tr("Rule"))
        self._none = label(
            self.tr(
                "No rule yet. Press L on the picture for a counting line, then set both "
                "ends; G is a gate of two lines, P a zone, S a place on a shelf, I an "
                "inspection station."
            ),
            "label",
            wrap=True,
        )
        self._value = label(look="label", wrap=True)
        self._rule = RulePanel(theme)
        self._save_rules = button(
            theme, self.tr("Save rules"), icon="check", look="primary"
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
            label(self.tr("Rules"), "title"),
            self._none,
            self._rules,
            self._value,
            self._rule,
            None,
            gap=8,
        )
        buttons = row(self._discard, self._save_rules, gap=8)
        buttons.setStretch(1, 1)
        self.setLayout(column(scrolled(body), buttons, gap=8, margins=12))
        self._connect()

    def _connect(self) -> None:
        self._save.clicked.connect(self._on_save)
        self._name.returnPressed.connect(self._on_save)
        self._edit.clicked.connect(self.source_wanted)
        self._restart.clicked.connect(self.restart_wanted)
        self._remove.clicked.connect(self.remove_wanted)
        self._rules.activated.connect(self.rule_chosen)
        self._rule.edited.connect(self._on_rule)
        self._save_rules.clicked.connect(self.save_rules)
        self._discard.clicked.connect(self.discard_rules)

    def render_state(self, state: CamerasState) -> None:
        """Show the page's state."""
        camera = state.camera
        self.setEnabled(camera is not None and not state.busy)
        drawing = state.drawing
        self._selected = drawing.selected
        self._none.setVisible(not drawing.rules)
        self._rules.setVisible(bool(drawing.rules))
        names = [f"{kind_words(drawn)}: {drawn.name}" for drawn in drawing.rules]
        if [self._rules.itemText(i) for i in range(self._rules.count())] != names:
            self._rules.clear()
            self._rules.addItems(names)
        self._rules.setCurrentIndex(drawing.selected)
        self._rule.show_rule(drawing.chosen)
        self._value.setText(state.value)
        self._value.setVisible(bool(state.value))
        self._save_rules.setEnabled(state.changed)
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
    def _on_rule(self, rule: RuleSpec) -> None:
        self.rule_edited.emit(self._selected, rule)


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
