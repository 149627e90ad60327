"""What a wall without cameras shows: use a camera, open a video file, see a demo."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QPushButton, QVBoxLayout, QWidget

from watchpost.console.screens.page import PageContext
from watchpost.console.screens.welcome.presenter import WelcomePresenter
from watchpost.console.targets import AddCamera
from watchpost.console.widgets.parts import (
    button,
    column,
    icon_label,
    label,
    panel,
    row,
)
from watchpost.protocol.cameras import Camera

_VIDEOS = "*.mp4 *.mkv *.avi *.mov *.m4v *.ts *.webm"


class WelcomePanel(QFrame):
    """Three cards in the middle; the demo is the accent, it takes one click."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.presenter = WelcomePresenter(context.link)
        self.demo = self._choice(self.tr("Show me a demo"), primary=True)
        self.camera = self._choice(self.tr("Use a camera"))
        self.file = self._choice(self.tr("Open a video file"))
        self._busy = label(look="label")
        self._problem = label(look="p1-text", wrap=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._problem.hide()
        self.setLayout(self._lay_out())
        self.demo.clicked.connect(lambda: context.run("app.demo"))
        self.camera.clicked.connect(lambda: context.go("cameras", AddCamera()))
        self.file.clicked.connect(self._choose_file)
        self.presenter.busy.connect(self._on_busy)
        self.presenter.problem.connect(self._on_problem)
        self.presenter.opened.connect(self._on_opened)

    def first_focus(self) -> QWidget:
        """The demo is one key away."""
        return self.demo

    def _choice(self, text: str, *, primary: bool = False) -> QPushButton:
        return button(self._context.theme, text, look="primary" if primary else "")

    def _card(self, icon: str, text: str, choice: QPushButton) -> QFrame:
        words = label(text, "label", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        words.setMinimumHeight(self._context.theme.px(40))
        made = panel()
        picture = icon_label(self._context.theme, icon, "text", 36)
        inside = column(picture, words, choice, gap=14)
        inside.setAlignment(picture, Qt.AlignmentFlag.AlignHCenter)
        inside.setContentsMargins(20, 24, 20, 20)
        made.setLayout(inside)
        made.setFixedWidth(self._context.theme.px(264))
        return made

    def _lay_out(self) -> QVBoxLayout:
        title = label(self.tr("No cameras yet"), "page-title")
        words = label(
            self.tr("Watchpost counts who and what crosses a line, and shows you why."),
            "label",
        )
        cards = row(
            None,
            self._card(
                "play",
                self.tr("A made-up depot with simulated cameras and a day of history."),
                self.demo,
            ),
            self._card(
                "cctv",
                self.tr("A network camera (RTSP) or one plugged into this computer."),
                self.camera,
            ),
            self._card(
                "film",
                self.tr("A recording, played in real time and over again."),
                self.file,
            ),
            None,
            gap=16,
        )
        whole = column(None, title, words, 12, cards, self._busy, self._problem, None)
        for widget in (title, words, self._busy):
            whole.setAlignment(widget, Qt.AlignmentFlag.AlignHCenter)
        return whole

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Open a video file"),
            "",
            self.tr("Videos ({patterns})").format(patterns=_VIDEOS),
        )
        if chosen:
            self.presenter.open_file(Path(chosen))

    def _on_busy(self, sentence: str) -> None:
        self._busy.setText(sentence)
        for choice in (self.demo, self.camera, self.file):
            choice.setEnabled(not sentence)
        if sentence:
            self._problem.hide()

    def _on_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.show()

    def _on_opened(self, camera: Camera) -> None:
        text = self.tr("Camera {number} plays {name}. Draw a line on it to count.")
        self._context.say(
            text.format(number=camera.number, name=camera.name),
            self.tr("Cameras page, then Lines."),
        )
