"""The cameras page: list, picture with rules, and what can be changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QApplication, QMessageBox, QStackedWidget, QWidget

from watchpost.console.actions import Scope
from watchpost.console.rule_values import RuleValue
from watchpost.console.screens.cameras.camera_list import CameraList
from watchpost.console.screens.cameras.panels import DetailPanel, SourcePanel
from watchpost.console.screens.cameras.presenter import (
    CamerasPresenter,
    CamerasState,
    Mode,
)
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.targets import AddCamera, ShowCamera, Target
from watchpost.console.theme import set_look
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    icon_button,
    label,
    panel,
    row,
)
from watchpost.console.widgets.player.scene import RuleMark
from watchpost.console.widgets.rule_canvas import RuleCanvas
from watchpost.console.widgets.rule_shapes import (
    POLYGONS,
    Points,
    RuleKind,
    RuleSpec,
    shape_of,
)
from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import LineSpec, SourceSpec

_WORDS_PX = 38


def create(context: PageContext) -> Page:
    """Build the page."""
    return CamerasScreen(context)


class CamerasScreen(Page):
    """Renders :class:`CamerasState` and hands on what people want."""

    help_scopes = (Scope.DRAWING,)

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        theme, keys = context.theme, context.keys
        self._presenter = CamerasPresenter(context.link, context.clock, self)
        self._list = CameraList(theme)
        self._add = button(
            theme, self.tr("Add camera"), icon="plus", tip=keys.tip("app.add_camera")
        )
        self._canvas = RuleCanvas(theme)
        self._tools = {
            kind: icon_button(theme, icon, words, tip=keys.tip(action))
            for kind, icon, words, action in (
                (None, "mouse-pointer-2", self.tr("Select"), "drawing.select"),
                (RuleKind.LINE, "slash", self.tr("Line"), "drawing.line"),
                (RuleKind.GATE, "tally-2", self.tr("Gate"), "drawing.gate"),
                (RuleKind.ZONE, "pentagon", self.tr("Zone"), "drawing.zone"),
                (RuleKind.SHELF, "rows-3", self.tr("Shelf"), "drawing.shelf"),
                (
                    RuleKind.STATION,
                    "scan-search",
                    self.tr("Inspection"),
                    "drawing.station",
                ),
            )
        }
        for tool in self._tools.values():
            tool.setCheckable(True)
        self._tool: RuleKind | None = None
        self._turn = icon_button(
            theme,
            "flip-horizontal-2",
            self.tr("Turn the arrow"),
            tip=keys.tip("drawing.turn"),
        )
        self._delete = icon_button(
            theme, "trash-2", self.tr("Delete the rule"), tip=keys.tip("drawing.delete")
        )
        self._undo = icon_button(
            theme, "undo-2", self.tr("Undo"), tip=keys.tip("drawing.undo")
        )
        self._redo = icon_button(
            theme, "redo-2", self.tr("Redo"), tip=keys.tip("drawing.redo")
        )
        self._hint = ElidedLabel(look="label")
        self._facts = ElidedLabel(look="label")
        self._problem = label(look="p2-text", wrap=True)
        self._words = QStackedWidget()
        self._detail, self._source = DetailPanel(theme), SourcePanel(theme)
        self._right = QStackedWidget()
        self._mode: Mode | None = None
        self._taken = False
        self._build()
        self._connect()
        self._use_tool(None)
        self._render()

    def _build(self) -> None:
        px = self.context.theme.px
        left = panel()
        head = row(label(self.tr("Cameras"), "title"), None, self._add)
        left.setLayout(column(head, self._list, gap=8, margins=12))
        left.setFixedWidth(px(272))
        tools = row(
            *self._tools.values(),
            4,
            self._turn,
            self._delete,
            4,
            self._undo,
            self._redo,
            None,
        )
        # What is wrong takes the hint's place, and there is room for two lines of it,
        # or the picture beneath would jump away from the pointer.
        for words in (self._hint, self._problem):
            place = QWidget()
            place.setLayout(column(words, None))
            self._words.addWidget(place)
        self._words.setMinimumHeight(px(_WORDS_PX))
        middle = panel()
        inner = column(
            tools,
            self._words,
            self._canvas,
            self._facts,
            gap=8,
            margins=10,
        )
        inner.setStretch(2, 1)
        middle.setLayout(inner)
        right = panel()
        self._right.addWidget(self._detail)
        self._right.addWidget(self._source)
        right.setLayout(column(self._right, gap=0))
        right.setFixedWidth(px(312))
        body = row(left, middle, right, gap=8, margins=12)
        body.setStretch(1, 1)
        self.setLayout(body)

    def _connect(self) -> None:
        presenter, canvas, detail = self._presenter, self._canvas, self._detail
        presenter.changed.connect(self._render)
        presenter.picture.connect(canvas.show_picture)
        presenter.removed.connect(self._on_removed)
        self._list.chosen.connect(presenter.select)
        self._add.clicked.connect(partial(self._begin_add, AddCamera()))
        for kind, tool in self._tools.items():
            tool.clicked.connect(partial(self._use_tool, kind))
        self._turn.clicked.connect(presenter.turn_line)
        self._delete.clicked.connect(presenter.delete_rule)
        self._undo.clicked.connect(self._undo_step)
        self._redo.clicked.connect(presenter.redo)
        canvas.drawn.connect(self._on_drawn)
        canvas.draft_changed.connect(self._on_draft)
        canvas.moved.connect(presenter.reshape)
        canvas.grabbed.connect(presenter.grab_point)
        canvas.released.connect(presenter.release_point)
        canvas.chosen.connect(presenter.select_rule)
        detail.saved.connect(self._on_save)
        detail.source_wanted.connect(self._begin_edit)
        detail.remove_wanted.connect(self._on_remove)
        detail.restart_wanted.connect(presenter.restart)
        detail.rule_chosen.connect(presenter.select_rule)
        detail.rule_edited.connect(presenter.change_rule)
        detail.save_rules.connect(presenter.save_rules)
        detail.discard_rules.connect(presenter.discard_rules)
        self._source.tried.connect(presenter.test)
        self._source.taken.connect(self._on_taken)
        self._source.cancelled.connect(presenter.cancel)
        self._source.incomplete.connect(self._on_incomplete)
        self.context.keys.attach(
            canvas,
            {
                "drawing.select": partial(self._use_tool, None),
                "drawing.line": partial(self._use_tool, RuleKind.LINE),
                "drawing.gate": partial(self._use_tool, RuleKind.GATE),
                "drawing.zone": partial(self._use_tool, RuleKind.ZONE),
                "drawing.shelf": partial(self._use_tool, RuleKind.SHELF),
                "drawing.station": partial(self._use_tool, RuleKind.STATION),
                "drawing.set_point": canvas.set_point,
                "drawing.finish": canvas.finish,
                "drawing.cancel": self._cancel,
                "drawing.next_point": canvas.next_point,
                "drawing.add_point": canvas.add_point,
                "drawing.remove_point": canvas.remove_point,
                "drawing.delete": presenter.delete_rule,
                "drawing.turn": presenter.turn_line,
                "drawing.undo": self._undo_step,
                "drawing.redo": presenter.redo,
            },
        )

    def activate(self) -> None:
        """Keep the picture fresh while the page is visible."""
        self._presenter.activate()

    def deactivate(self) -> None:
        """Ask for no more pictures."""
        self._presenter.deactivate()

    def open_target(self, target: Target) -> None:
        """Show a camera, or begin to add one."""
        if isinstance(target, ShowCamera):
            self._presenter.select(target.camera_id)
        elif isinstance(target, AddCamera):
            self._begin_add(target)

    def save_state(self) -> dict[str, Any]:
        """Keep which camera was looked at."""
        camera = self._presenter.state.camera
        return {"camera": camera.id if camera is not None else ""}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Look at it again."""
        if isinstance(state.get("camera"), str):
            self._presenter.select(state["camera"])

    def first_focus(self) -> QWidget:
        """The list takes the keyboard; without cameras the way to begin does."""
        return self._list if self._presenter.state.rows else self._add

    @Slot()
    def _render(self) -> None:
        state = self._presenter.state
        self._list.show_rows(state.rows, state.camera.id if state.camera else "")
        looking = state.mode is Mode.LOOK
        if state.mode is not self._mode:
            focused = QApplication.focusWidget()
            was_typing = focused is not None and self._source.isAncestorOf(focused)
            self._mode = state.mode
            self._right.setCurrentWidget(self._detail if looking else self._source)
            self._canvas.show_picture(b"")
            self._use_tool(None)
            if looking and was_typing:
                # What had the keyboard is gone; after adding, the next step is a rule.
                next_place = self._canvas if self._taken else self.first_focus()
                next_place.setFocus(Qt.FocusReason.OtherFocusReason)
            self._taken = False
        marks = [_mark(state, rule) for rule in state.drawing.rules]
        self._canvas.show_rules(marks if looking else [], state.drawing.selected)
        self._canvas.show_message(self._message())
        chosen = state.drawing.chosen if looking else None
        usable = looking and state.camera is not None
        for tool in self._tools.values():
            tool.setEnabled(usable)
        self._turn.setEnabled(isinstance(chosen, LineSpec))
        self._delete.setEnabled(chosen is not None)
        self._redo.setEnabled(looking and state.can_redo)
        self._show_draft()
        self._problem.setText(state.problem)
        self._words.setCurrentIndex(1 if state.problem else 0)
        self._hint.setVisible(usable)
        self._show_where_to_begin(empty=looking and not state.rows)
        self._facts.setText(state.facts if looking else "")
        self._detail.render_state(state)
        self._source.render_state(state)

    def _show_where_to_begin(self, *, empty: bool) -> None:
        """Give the page's one accent to adding, while there is nothing else to do."""
        look = "primary" if empty else ""
        if (self._add.property("look") or "") == look:
            return
        set_look(self._add, look)
        self.context.theme.icons.give(
            self._add,
            "plus",
            colour="on_accent" if empty else "text",
            beside_text=True,
        )

    def _message(self) -> str:
        state = self._presenter.state
        if state.mode is not Mode.LOOK:
            return self.tr("Fill in the source and try it: its picture appears here.")
        if state.camera is None:
            return self.tr("No cameras yet. Add one on the left.")
        return state.facts or self.tr("Waiting for a picture…")

    def _use_tool(self, kind: RuleKind | None) -> None:
        self._tool = kind
        self._canvas.set_tool(kind)
        for other, tool in self._tools.items():
            tool.setChecked(other is kind)
        if kind is not None:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        """Back out one step: of a drag first, then of the tool."""
        if self._canvas.dragging:
            self._presenter.put_point_back()
            self._canvas.let_go()
        else:
            self._use_tool(None)
            self._presenter.forget_problem()

    @Slot()
    def _undo_step(self) -> None:
        """Take back the last point of what is being drawn, else the last step."""
        if self._canvas.draft_points:
            self._canvas.remove_point()
        else:
            self._presenter.undo()

    @Slot()
    def _on_draft(self) -> None:
        if self._tool is not None:
            self._presenter.forget_problem()
        self._show_draft()

    def _show_draft(self) -> None:
        """Say what comes next and what can be taken back."""
        state = self._presenter.state
        can_undo = state.can_undo or self._canvas.draft_points > 0
        self._undo.setEnabled(state.mode is Mode.LOOK and can_undo)
        self._hint.setText(self._hint_words())

    def _hint_words(self) -> str:
        points = self._canvas.draft_points
        if self._tool is RuleKind.LINE:
            return self.tr("Now the other end.") if points else self.tr("Set one end.")
        if self._tool is RuleKind.GATE:
            return (
                self.tr("Now the line behind it: one end, then the other.")
                if points > 1
                else self.tr("Set both ends of the first line.")
            )
        if self._tool in POLYGONS:
            return (
                self.tr("End at the first corner, or with Enter on the last.")
                if points > 2
                else self.tr("Set the corners, one after the other.")
            )
        if self._tool is RuleKind.SHELF:
            return self.tr("Draw a place from corner to corner; Esc ends.")
        if self._presenter.state.drawing.chosen is None:
            return self.tr("Click a rule to change it, or take a tool to draw one.")
        return self.tr("Drag a point, or move it with the arrows.")

    def _on_drawn(self, kind: RuleKind, points: Points) -> None:
        if not self._presenter.draw(kind, points):
            # Taken up again, and not changed: what is wrong with it stays in sight.
            with QSignalBlocker(self._canvas):
                self._canvas.draw_on(points)
            self._show_draft()
        # A shelf has many places: they are drawn in one go.
        elif kind is not RuleKind.SHELF:
            self._use_tool(None)

    def _begin_add(self, target: AddCamera) -> None:
        self._source.begin(adding=True)
        known = {kind.value for kind in SourceKind}
        kind = SourceKind(target.kind) if target.kind in known else SourceKind.RTSP
        self._source.form.choose(kind, target.address)
        self._presenter.begin_add()
        self._source.form.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _begin_edit(self) -> None:
        camera = self._presenter.state.camera
        if camera is not None:
            self._source.begin(adding=False)
            self._source.form.show_source(camera.source)
            self._presenter.begin_edit()

    def _on_taken(self, name: str, source: SourceSpec) -> None:
        self._taken = True
        if self._presenter.state.mode is Mode.ADD:
            self._presenter.add(name, source)
        else:
            self._presenter.save_source(source)

    @Slot()
    def _on_incomplete(self) -> None:
        self.context.say(
            self.tr("The address is missing."), self.tr("Fill it in first."), "warning"
        )

    def _on_save(self, name: str, number: int, enabled: bool, record: bool) -> None:
        self._presenter.save(name, number, enabled=enabled, record=record)

    @Slot()
    def _on_remove(self) -> None:
        camera = self._presenter.state.camera
        if camera is None:
            return
        question = QMessageBox(self)
        question.setWindowTitle(self.tr("Remove a camera"))
        text = self.tr("Remove camera {number} {name}?")
        question.setText(text.format(number=f"{camera.number:02d}", name=camera.name))
        question.setInformativeText(
            self.tr("Its counts and recordings stay until they are pruned.")
        )
        text = self.tr("Remove camera {number}").format(number=f"{camera.number:02d}")
        yes = question.addButton(text, QMessageBox.ButtonRole.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        question.exec()
        if question.clickedButton() is yes:
            self._presenter.remove()

    @Slot(str)
    def _on_removed(self, name: str) -> None:
        self._canvas.show_picture(b"")
        text = self.tr("Camera {name} was removed. Its counts stay.")
        self.context.say(text.format(name=name))


def _mark(state: CamerasState, rule: RuleSpec) -> RuleMark:
    """Return a rule as it is drawn: its name and, once saved, what it measures."""
    value = state.values.get(rule.id, RuleValue())
    shape = shape_of(rule, state.facings.get(rule.id, ()))
    return RuleMark(rule.name, shape, value.words, value.is_old)
