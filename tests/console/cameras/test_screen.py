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
from watchpost.console.widgets.line_canvas import LineCanvas


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


def canvas_of(screen: CamerasScreen) -> LineCanvas:
    canvas = screen.findChild(LineCanvas)
    assert isinstance(canvas, LineCanvas)
    return canvas


def at(canvas: LineCanvas, x: float, y: float) -> QPoint:
    rect = canvas.picture_rect()
    return QPoint(
        round(rect.left() + x * rect.width()), round(rect.top() + y * rect.height())
    )


def lines_of(screen: CamerasScreen) -> list[tuple[float, float, float, float]]:
    return [
        (line.ax, line.ay, line.bx, line.by)
        for line in screen._presenter.state.drawing.lines
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
