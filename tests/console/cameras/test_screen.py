"""The page under a real mouse and keyboard, as far as Qt's own event queue."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from watchpost.console.screens.cameras.camera_list import CameraListModel
from watchpost.console.screens.cameras.presenter import CameraRow
from watchpost.console.screens.cameras.screen import CamerasScreen, create
from watchpost.console.screens.page import PageContext
from watchpost.console.targets import AddCamera
from watchpost.console.widgets.rule_canvas import RuleCanvas
from watchpost.console.widgets.rule_shapes import RuleKind
from watchpost.protocol.cameras import LineSpec, ShelfSpec, ZoneSpec


@pytest.fixture
def screen(page_context: PageContext, qtbot: object) -> CamerasScreen:
    page = create(page_context)
    assert isinstance(page, CamerasScreen)
    qtbot.addWidget(page)  # type: ignore[attr-defined]
    page.resize(1200, 640)
    page.show()
    page.activate()
    QApplication.processEvents()
    return page


def canvas_of(screen: CamerasScreen) -> RuleCanvas:
    canvas = screen.findChild(RuleCanvas)
    assert isinstance(canvas, RuleCanvas)
    return canvas


def at(canvas: RuleCanvas, x: float, y: float) -> QPoint:
    rect = canvas.picture_rect()
    return QPoint(
        round(rect.left() + x * rect.width()), round(rect.top() + y * rect.height())
    )


def lines_of(screen: CamerasScreen) -> list[tuple[float, float, float, float]]:
    return [
        (line.ax, line.ay, line.bx, line.by)
        for line in screen._presenter.state.drawing.rules
        if isinstance(line, LineSpec)
    ]


def test_l_then_two_clicks_draw_a_line(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    before = len(lines_of(screen))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_L)
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(canvas, left, pos=at(canvas, 0.25, 0.25))
    QTest.mouseClick(canvas, left, pos=at(canvas, 0.75, 0.25))
    drawn = lines_of(screen)
    assert len(drawn) == before + 1
    assert drawn[-1] == pytest.approx((0.25, 0.25, 0.75, 0.25), abs=0.01)


def test_an_end_is_dragged_and_undone(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    line = lines_of(screen)[0]
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, pos=at(canvas, line[0], line[1]))
    QTest.mouseMove(canvas, at(canvas, 0.3, 0.3))
    QTest.mouseRelease(canvas, left, pos=at(canvas, 0.3, 0.3))
    moved = lines_of(screen)[0]
    assert moved[:2] == pytest.approx((0.3, 0.3), abs=0.02)
    assert moved[2:] == line[2:]
    while screen._presenter.state.can_undo:
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lines_of(screen)[0] == line


def drag_end(screen: CamerasScreen, moves: int) -> None:
    """Grab the first line's first end and move it, without letting go."""
    canvas = canvas_of(screen)
    canvas.setFocus()
    x, y = lines_of(screen)[0][:2]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, x, y))
    for step in range(1, moves + 1):
        share = 0.2 * step / moves
        QTest.mouseMove(canvas, at(canvas, x + share, y - share))


def test_a_long_drag_is_one_step(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    line = lines_of(screen)[0]
    # More moves than steps are kept.
    drag_end(screen, 120)
    end = at(canvas, line[0] + 0.2, line[1] - 0.2)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    assert lines_of(screen)[0] != line
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    for _ in range(2):
        assert screen._presenter.state.can_undo
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lines_of(screen)[0] == line
    assert not screen._presenter.state.can_undo


def test_escape_puts_a_dragged_point_back(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    line = lines_of(screen)[0]
    drag_end(screen, 3)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseMove(canvas, at(canvas, 0.5, 0.2))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 0.5, 0.2))
    assert lines_of(screen)[0] == line
    assert not screen._presenter.state.can_undo


def test_a_rule_deleted_under_the_mouse_is_let_go(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    line = lines_of(screen)[0]
    # The one behind it takes its place in the list.
    screen._presenter.draw(RuleKind.LINE, ((0.1, 0.95), (0.9, 0.95)))
    drag_end(screen, 3)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert not canvas.dragging
    QTest.mouseMove(canvas, at(canvas, 0.5, 0.2))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 0.5, 0.2))
    assert lines_of(screen) == [(0.1, 0.95, 0.9, 0.95)]
    # Deleting is a step of its own, after the drag.
    for _ in range(2):
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lines_of(screen)[0] == line


def test_arrows_nudge_by_a_pixel_and_shift_by_ten(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    line = lines_of(screen)[0]
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    QTest.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    width, height = canvas.picture_size
    now = lines_of(screen)[0]
    assert now[3] == pytest.approx(line[3] - 1 / height)
    assert now[2] == pytest.approx(line[2] - 10 / width)


def test_space_turns_and_delete_removes(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    line = lines_of(screen)[0]
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert lines_of(screen)[0] == (line[2], line[3], line[0], line[1])
    count = len(lines_of(screen))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert len(lines_of(screen)) == count - 1


def test_p_and_clicks_draw_a_zone_that_ends_where_it_began(
    screen: CamerasScreen,
) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_P)
    left = Qt.MouseButton.LeftButton
    for x, y in ((0.2, 0.3), (0.6, 0.3), (0.9, 0.9), (0.6, 0.8), (0.2, 0.3)):
        if (x, y) == (0.6, 0.8):
            QTest.keyClick(canvas, Qt.Key.Key_Backspace)
        QTest.mouseClick(canvas, left, pos=at(canvas, x, y))
    zone = screen._presenter.state.drawing.chosen
    assert isinstance(zone, ZoneSpec)
    assert [c for p in zone.points for c in p] == pytest.approx(
        [0.2, 0.3, 0.6, 0.3, 0.6, 0.8], abs=0.01
    )


def test_a_zone_is_drawn_and_mended_by_keyboard_alone(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_P)
    shift = Qt.KeyboardModifier.ShiftModifier
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
        for _ in range(8):
            QTest.keyClick(canvas, key, shift)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QTest.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    width, height = canvas.picture_size

    def pixels() -> list[tuple[int, int]]:
        zone = screen._presenter.state.drawing.chosen
        assert isinstance(zone, ZoneSpec)
        return [(round(x * width), round(y * height)) for x, y in zone.points]

    x, y = width // 2, height // 2
    square = [(x, y), (x + 80, y), (x + 80, y + 80), (x, y + 80)]
    assert pixels() == square
    QTest.keyClick(canvas, Qt.Key.Key_Insert)
    assert pixels() == [*square[:2], (x + 80, y + 40), *square[2:]]
    QTest.keyClick(canvas, Qt.Key.Key_Right, shift)
    assert pixels()[2] == (x + 90, y + 40)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert pixels() == square


def test_enter_on_the_last_corner_closes_a_zone(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_P)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.draft_points == 1
    left = Qt.MouseButton.LeftButton
    for x, y in ((0.8, 0.5), (0.8, 0.9)):
        QTest.mouseClick(canvas, left, pos=at(canvas, x, y))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    zone = screen._presenter.state.drawing.chosen
    assert isinstance(zone, ZoneSpec)
    assert len(zone.points) == 3


def test_a_refused_zone_keeps_its_corners(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    before = screen._presenter.state.drawing.rules
    QTest.keyClick(canvas, Qt.Key.Key_P)
    left = Qt.MouseButton.LeftButton
    crossing = ((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8))
    for x, y in (*crossing, crossing[0]):
        QTest.mouseClick(canvas, left, pos=at(canvas, x, y))
    assert "crosses" in screen._presenter.state.problem
    assert screen._presenter.state.drawing.rules == before
    assert canvas.draft_points == 4
    assert screen._words.currentIndex() == 1
    # Two corners taken back, each by its own key, and the border ends well.
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.draft_points == 2
    assert screen._words.currentIndex() == 0
    for x, y in ((0.2, 0.8), crossing[0]):
        QTest.mouseClick(canvas, left, pos=at(canvas, x, y))
    assert screen._presenter.state.problem == ""
    assert len(screen._presenter.state.drawing.rules) == len(before) + 1


def test_a_refused_drawing_can_be_given_up_and_moves_no_picture(
    screen: CamerasScreen,
) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    where = canvas.mapToGlobal(canvas.picture_rect().topLeft())
    QTest.keyClick(canvas, Qt.Key.Key_L)
    left = Qt.MouseButton.LeftButton
    for x in (0.5, 0.503):
        QTest.mouseClick(canvas, left, pos=at(canvas, x, 0.5))
    assert screen._presenter.state.problem
    assert canvas.draft_points == 1
    QApplication.processEvents()
    assert canvas.mapToGlobal(canvas.picture_rect().topLeft()) == where
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.draft_points == 0
    assert screen._presenter.state.problem == ""


def test_undo_while_drawing_takes_back_points_first(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    count = len(lines_of(screen))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    QTest.keyClick(canvas, Qt.Key.Key_L)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 0.2, 0.3))
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(canvas, Qt.Key.Key_Z, control)
    assert canvas.draft_points == 0
    assert len(lines_of(screen)) == count - 1
    QTest.keyClick(canvas, Qt.Key.Key_Z, control)
    assert len(lines_of(screen)) == count


def test_places_of_a_shelf_are_dragged_one_after_the_other(
    screen: CamerasScreen,
) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_S)
    left = Qt.MouseButton.LeftButton
    for x in (0.1, 0.3, 0.5):
        QTest.mousePress(canvas, left, pos=at(canvas, x + 0.1, 0.6))
        QTest.mouseMove(canvas, at(canvas, x, 0.2))
        QTest.mouseRelease(canvas, left, pos=at(canvas, x, 0.2))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    shelf = screen._presenter.state.drawing.chosen
    assert isinstance(shelf, ShelfSpec)
    assert [place[0] for place in shelf.facings] == pytest.approx(
        [0.1, 0.3, 0.5], abs=0.01
    )
    assert all(left < right for left, _, right, _ in shelf.facings)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 0.98, 0.98))
    assert screen._presenter.state.drawing.chosen is None


def test_g_and_four_points_draw_a_gate(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_G)
    left = Qt.MouseButton.LeftButton
    for x, y in ((0.2, 0.3), (0.8, 0.3), (0.2, 0.6), (0.8, 0.6)):
        QTest.mouseClick(canvas, left, pos=at(canvas, x, y))
    gate = screen._presenter.state.drawing.chosen
    assert isinstance(gate, LineSpec)
    assert gate.gate == pytest.approx((0.2, 0.6, 0.8, 0.6), abs=0.01)


def test_escape_draws_nothing(screen: CamerasScreen) -> None:
    canvas = canvas_of(screen)
    canvas.setFocus()
    before = screen._presenter.state.drawing
    QTest.keyClick(canvas, Qt.Key.Key_P)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 0.2, 0.3))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.draft_points == 0
    assert screen._presenter.state.drawing == before


def test_single_keys_are_left_to_text_fields(screen: CamerasScreen) -> None:
    name = next(
        f for f in screen.findChildren(QLineEdit) if f.accessibleName() == "Name"
    )
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "l v")
    assert name.text() == "l v"


def test_a_password_with_signs_travels_whole(screen: CamerasScreen) -> None:
    screen.open_target(AddCamera("rtsp", "rtsp://192.0.2.10/a"))
    form = screen._source.form
    form._user.setText("ro@t")
    form._password.setText("p@ss:w/rd#%")
    source = form.source()
    assert source is not None
    assert (source.user, source.password) == ("ro@t", "p@ss:w/rd#%")


def test_a_source_without_an_address_is_asked_for(screen: CamerasScreen) -> None:
    screen.open_target(AddCamera("file"))
    assert screen._source.form.source() is None


def test_the_page_fits_a_small_laptop(screen: CamerasScreen) -> None:
    hint = screen.minimumSizeHint()
    assert hint.width() <= 1280 - 76
    assert hint.height() <= 720 - 44 - 28


def test_the_list_is_a_sound_item_model(qapp: QApplication) -> None:
    model = CameraListModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = [CameraRow(str(n), f"0{n} Camera", "Live") for n in range(3)]
    model.set_rows(rows)
    model.set_rows([rows[0], CameraRow("1", "01 Door", "Live"), rows[2]])
    model.set_rows(rows[1:])
    assert model.rowCount() == 2
    assert model.row_of("2") == 1


def test_adding_goes_on_where_the_keyboard_is(screen: CamerasScreen) -> None:
    screen.activateWindow()
    QApplication.processEvents()
    screen.open_target(AddCamera("simulated"))
    scene = QApplication.focusWidget()
    assert scene is not None
    assert screen._source.isAncestorOf(scene)
    QTest.keyClicks(screen._source._name, "Bus door")
    QTest.keyClick(screen._source._name, Qt.Key.Key_Return)
    assert screen._canvas.hasFocus()


def test_cancelling_gives_the_keyboard_back(screen: CamerasScreen) -> None:
    screen.activateWindow()
    QApplication.processEvents()
    screen.open_target(AddCamera("rtsp"))
    screen._source._cancel.setFocus()
    QTest.keyClick(screen._source._cancel, Qt.Key.Key_Space)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert screen.isAncestorOf(focused)
    assert focused.isVisible()
