"""A model's readings side by side on one picture: a person picks by looking."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from watchpost.console.screens.settings.model_trial import ModelTrial
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import button, column, label, row
from watchpost.console.widgets.player.overlay import OverlayPainter
from watchpost.console.widgets.player.scene import BoxMark, FrameScene
from watchpost.protocol.models import ModelLook

_COLUMNS = 2
_CLASSES_NAMED = 4


class SeenPicture(QWidget):
    """A picture with the boxes that one reading drew."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._overlay = OverlayPainter(theme)
        self._back = theme.colours.void
        self._image = QImage()
        self._scene = FrameScene(0)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        """Ask for what still shows a box."""
        return QSize(240, 135)

    def show_look(self, image: QImage, look: ModelLook | None) -> None:
        """Show a picture, null for none, and what was seen in it."""
        boxes = look.boxes if look is not None else ()
        marks = tuple(
            BoxMark(
                str(number),
                0,
                0,
                box.class_name,
                box.score,
                box.left,
                box.top,
                box.right,
                box.bottom,
            )
            for number, box in enumerate(boxes)
        )
        self._image, self._scene = image, FrameScene(0, boxes=marks)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture as large as it fits, and the boxes."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._back)
        if self._image.isNull():
            return
        size = self._image.size().scaled(
            self.size(), Qt.AspectRatioMode.KeepAspectRatio
        )
        left = (self.width() - size.width()) // 2
        top = (self.height() - size.height()) // 2
        rect = QRectF(left, top, size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, self._image)
        self._overlay.paint(painter, self._scene, rect)


class ReadingPane(QWidget):
    """One reading: its name, its boxes on the picture, and how many they are."""

    def __init__(self, theme: Theme, layout: str, evidence: str) -> None:
        super().__init__()
        self.name = layout
        self.choice = QRadioButton(self.tr("Read as {name}").format(name=layout))
        self.picture = SeenPicture(theme)
        self.picture.setAccessibleName(self.choice.text())
        self._found = label(look="strong")
        self._evidence = label(evidence, "label", wrap=True)
        self.setLayout(
            column(self.choice, self.picture, self._found, self._evidence, gap=6)
        )

    @property
    def words(self) -> str:
        """What is said about the boxes."""
        return self._found.text()

    def show_look(self, image: QImage, look: ModelLook | None) -> None:
        """Show what this reading saw; None: nothing was looked at."""
        self.picture.show_look(image, look)
        self._found.setText("" if look is None else self._summary(look))

    def _summary(self, look: ModelLook) -> str:
        kinds = Counter(box.class_name for box in look.boxes)
        named = [f"{count} {name}" for name, count in kinds.most_common(_CLASSES_NAMED)]
        rest = len(look.boxes) - sum(n for _, n in kinds.most_common(_CLASSES_NAMED))
        if rest > 0:
            named.append(self.tr("{count} more").format(count=rest))
        if not named:
            named = [self.tr("Nothing at 0.25 or above")]
        time = self.tr("{ms} ms").format(ms=f"{look.network_ms:.1f}")
        return ", ".join(named) + "  ·  " + time


class TrialDialog(QDialog):
    """Asks which reading is right; :attr:`layout_name` is the one that was chosen."""

    def __init__(self, parent: QWidget, theme: Theme, trial: ModelTrial) -> None:
        super().__init__(parent)
        self.trial = trial
        record = trial.record
        self.setWindowTitle(self.tr("Try a model"))
        title = label(
            self.tr("{name} on one picture").format(name=record.name), "title"
        )
        words = label(
            self.tr(
                "Take the reading whose boxes lie on the things they name. Nothing "
                "changes on the wall until you use it."
            ),
            "label",
            wrap=True,
        )
        self.camera = QComboBox()
        self.camera.setAccessibleName(self.tr("Camera"))
        self.camera.setMinimumWidth(theme.px(220))
        self.again = button(theme, self.tr("Look again"), icon="refresh-cw")
        self.file = button(theme, self.tr("A picture file…"))
        self.state = label(look="label", wrap=True)
        source = row(
            label(self.tr("Picture from"), "label"), self.camera, self.again, self.file
        )
        source.addWidget(self.state, 1)
        readings = record.readings
        self.panes = [
            ReadingPane(theme, reading.layout, reading.evidence) for reading in readings
        ] or [ReadingPane(theme, record.layout, record.evidence)]
        grid = QGridLayout()
        grid.setSpacing(16)
        for place, pane in enumerate(self.panes):
            grid.addWidget(pane, place // _COLUMNS, place % _COLUMNS)
            pane.choice.setAutoExclusive(False)
            pane.choice.clicked.connect(lambda _on=False, p=pane: self._choose(p))
        self.use = button(theme, self.tr("Use this reading"), look="primary")
        if len(self.panes) == 1:
            self.panes[0].choice.hide()
            self.use.setText(self.tr("Use this model"))
        cancel = button(theme, self.tr("Cancel"))
        inside = column(
            title, words, source, grid, row(None, cancel, self.use), margins=16
        )
        inside.setStretch(3, 1)
        self.setLayout(inside)
        self.resize(
            min(theme.px(1100), parent.width() - 40),
            min(theme.px(560), parent.height() - 40),
        )
        self._choose(
            next((p for p in self.panes if p.name == record.layout), self.panes[0])
        )
        self.camera.activated.connect(self._look)
        self.again.clicked.connect(self._look)
        self.file.clicked.connect(self._choose_file)
        self.use.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self.finished.connect(trial.stop)
        trial.changed.connect(self._show)
        trial.load()
        self._show()

    @property
    def layout_name(self) -> str:
        """The chosen reading's layout."""
        return self._chosen.name

    def _choose(self, pane: ReadingPane) -> None:
        self._chosen = pane
        for each in self.panes:
            each.choice.setChecked(each is pane)

    def _look(self, *_: object) -> None:
        camera_id = self.camera.currentData()
        if camera_id is not None:
            self.trial.look_through(str(camera_id))

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("A picture to try it on"),
            "",
            self.tr("Pictures (*.jpg *.jpeg *.png *.bmp *.webp)"),
        )
        if path:
            self.trial.look_at(Path(path))

    def _show(self) -> None:
        view = self.trial.view
        if self.camera.count() != len(view.cameras):
            self.camera.clear()
            for camera in view.cameras:
                self.camera.addItem(camera.name, camera.id)
            self._look()
            return
        self.again.setEnabled(bool(view.cameras) and not view.busy)
        words = view.problem or view.busy
        if not words and not view.looks:
            words = self.tr("Choose a camera or a picture file.")
        self.state.setText(words)
        image = QImage.fromData(view.picture) if view.picture else QImage()
        looks = {look.layout: look for look in view.looks}
        for pane in self.panes:
            pane.show_look(image, looks.get(pane.name))
