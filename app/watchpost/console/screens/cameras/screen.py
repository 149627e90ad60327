"""The cameras page: list, picture with lines, and what can be changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QMessageBox, QStackedWidget, QWidget

from watchpost.console.actions import Scope
from watchpost.console.screens.cameras.camera_list import CameraList
from watchpost.console.screens.cameras.panels import DetailPanel, SourcePanel
from watchpost.console.screens.cameras.presenter import CamerasPresenter, Mode
from watchpost.console.screens.page import Page, PageContext
from watchpost.console.targets import AddCamera, ShowCamera, Target
from watchpost.console.theme import set_look
from watchpost.console.widgets.line_canvas import LineCanvas
from watchpost.console.widgets.parts import (
    ElidedLabel,
    button,
    column,
    icon_button,
    label,
    panel,
    row,
)
from watchpost.console.widgets.player.scene import LineMark
from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import SourceSpec


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
        self._canvas = LineCanvas(theme)
        self._select_tool = button(
            theme,
            self.tr("Select"),
            icon="mouse-pointer-2",
            tip=keys.tip("drawing.select"),
        )
        self._line_tool = button(
            theme, self.tr("Line"), icon="slash", tip=keys.tip("drawing.line")
        )
        for tool in (self._select_tool, self._line_tool):
            tool.setCheckable(True)
        self._turn = icon_button(
            theme,
            "flip-horizontal-2",
            self.tr("Turn the arrow"),
            tip=keys.tip("drawing.turn"),
        )
        self._delete = icon_button(
            theme, "trash-2", self.tr("Delete the line"), tip=keys.tip("drawing.delete")
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
        self._detail, self._source = DetailPanel(theme), SourcePanel(theme)
        self._right = QStackedWidget()
        self._mode: Mode | None = None
        self._taken = False
        self._build()
        self._connect()
        self._use_line_tool(False)
        self._render()

    def _build(self) -> None:
        px = self.context.theme.px
        left = panel()
        head = row(label(self.tr("Cameras"), "title"), None, self._add)
        left.setLayout(column(head, self._list, gap=8, margins=12))
        left.setFixedWidth(px(272))
        tools = row(
            self._select_tool,
            self._line_tool,
            4,
            self._turn,
            self._delete,
            4,
            self._undo,
            self._redo,
            8,
            self._hint,
        )
        tools.setStretch(tools.count() - 1, 1)
        # Its room stays, or the tools beside it would grow.
        policy = self._hint.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._hint.setSizePolicy(policy)
        self._hint.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        middle = panel()
        inner = column(
            tools, self._problem, self._canvas, self._facts, gap=8, margins=10
        )
        inner.setStretch(2, 1)
        middle.setLayout(inner)
        self._problem.hide()
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
        self._select_tool.clicked.connect(partial(self._use_line_tool, False))
        self._line_tool.clicked.connect(partial(self._use_line_tool, True))
        self._turn.clicked.connect(presenter.turn_line)
        self._delete.clicked.connect(presenter.delete_line)
        self._undo.clicked.connect(presenter.undo)
        self._redo.clicked.connect(presenter.redo)
        canvas.drawn.connect(self._on_drawn)
        canvas.moved.connect(self._on_moved)
        canvas.chosen.connect(presenter.select_line)
        detail.saved.connect(self._on_save)
        detail.source_wanted.connect(self._begin_edit)
        detail.remove_wanted.connect(self._on_remove)
        detail.restart_wanted.connect(presenter.restart)
        detail.line_chosen.connect(presenter.select_line)
        detail.line_edited.connect(presenter.change_line)
        detail.save_lines.connect(presenter.save_lines)
        detail.discard_lines.connect(presenter.discard_lines)
        self._source.tried.connect(presenter.test)
        self._source.taken.connect(self._on_taken)
        self._source.cancelled.connect(presenter.cancel)
        self._source.incomplete.connect(self._on_incomplete)
        self.context.keys.attach(
            canvas,
            {
                "drawing.select": partial(self._use_line_tool, False),
                "drawing.line": partial(self._use_line_tool, True),
                "drawing.remove_point": partial(self._use_line_tool, True),
                "drawing.delete": presenter.delete_line,
                "drawing.turn": presenter.turn_line,
                "drawing.undo": presenter.undo,
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
            self._use_line_tool(False)
            if looking and was_typing:
                # What had the keyboard is gone; after adding, the next step is a line.
                next_place = self._canvas if self._taken else self.first_focus()
                next_place.setFocus(Qt.FocusReason.OtherFocusReason)
            self._taken = False
        marks = [
            LineMark(line.name, line.ax, line.ay, line.bx, line.by)
            for line in state.drawing.lines
        ]
        self._canvas.show_lines(marks if looking else [], state.drawing.selected)
        self._canvas.show_message(self._message())
        has_line = looking and state.drawing.selected >= 0
        usable = looking and state.camera is not None
        for tool in (self._select_tool, self._line_tool):
            tool.setEnabled(usable)
        self._turn.setEnabled(has_line)
        self._delete.setEnabled(has_line)
        self._undo.setEnabled(looking and state.can_undo)
        self._redo.setEnabled(looking and state.can_redo)
        self._problem.setText(state.problem)
        self._problem.setVisible(bool(state.problem))
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

    def _use_line_tool(self, on: bool) -> None:
        self._canvas.set_drawing(on)
        self._line_tool.setChecked(on)
        self._select_tool.setChecked(not on)
        self._hint.setText(
            self.tr("Set one end, then the other.")
            if on
            else self.tr("Drag an end, or use arrows.")
        )
        if on:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_drawn(self, ax: float, ay: float, bx: float, by: float) -> None:
        self._presenter.draw(ax, ay, bx, by)
        self._use_line_tool(False)

    def _on_moved(self, index: int, ends: tuple[float, float, float, float]) -> None:
        line = self._presenter.state.drawing.lines[index]
        new = dict(zip(("ax", "ay", "bx", "by"), ends, strict=True))
        self._presenter.change_line(index, line.model_copy(update=new))

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
