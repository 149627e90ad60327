"""The demo site's tour in three steps: see a count, replay it, correct it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.preferences import PreferencesStore
from watchpost.console.screens.page import Go
from watchpost.console.targets import ShowDispute
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import button, column, icon_button, label, row
from watchpost.protocol.live import Counted
from watchpost.protocol.review import Dispute

_WIDTH = 372
_GAP = 12
_ABOVE = 40
_ABOVE_PLAYER = 232
"""Over the picture of the review page, so that the player's buttons stay free."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the card says.

    Attributes:
        title: What to do now.
        words: Where to look and which keys.
        button: Leads to the next step.
    """

    title: str
    words: str
    button: str


class Tour(QFrame):
    """A card over the lower left corner of the window; never in the way of the keyboard.

    Args:
        parent: The window's centre.
        theme: Looks.
        link: The demo site's edge.
        preferences: Remembers that the tour was taken.
        go: Opens a page.
        left: Returns where pages begin, pixels.
    """

    def __init__(
        self,
        parent: QWidget,
        theme: Theme,
        link: EdgeLink,
        preferences: PreferencesStore,
        *,
        go: Go,
        left: Callable[[], int],
    ) -> None:
        super().__init__(parent)
        self._theme, self._link, self._preferences = theme, link, preferences
        self._go, self._left = go, left
        self.steps = self._make_steps()
        self.step = 0
        self.done = False
        self._waits = False
        self._build()
        link.live.counted.connect(self._on_counted)
        link.live.counts_changed.connect(self._on_corrected)
        link.live.disputes_changed.connect(self._on_disputes)
        parent.installEventFilter(self)
        self._show_step()

    def _make_steps(self) -> tuple[Step, ...]:
        return (
            Step(
                self.tr("See a count"),
                self.tr(
                    "Watch tile 1: people board bus 12 over the line. In and out rise "
                    "with every crossing; the badge beside them says what really "
                    "happened in the simulation."
                ),
                self.tr("Replay a count"),
            ),
            Step(
                self.tr("Replay it"),
                self.tr(
                    "A passenger disputes this count. The clip stands on the frame that "
                    "counted: Left and Right step by one frame, Space plays."
                ),
                self.tr("Correct it"),
            ),
            Step(
                self.tr("Correct it"),
                self.tr(
                    "Set the true in and out on the right, choose a reason, and press "
                    "Ctrl+Enter. What was reported stays beside what was corrected."
                ),
                self.tr("Show the counts"),
            ),
        )

    def _build(self) -> None:
        set_look(self, "notice")
        theme = self._theme
        self._number = label(look="label")
        self._title = label(look="strong")
        self._words = label(look="label", wrap=True)
        self._news = label(look="strong", wrap=True)
        self.next = button(theme, "", icon="arrow-right")
        self.close_button = icon_button(
            theme, "x", self.tr("End the tour"), look="flat"
        )
        self.next.clicked.connect(self.advance)
        self.close_button.clicked.connect(self.finish)
        whole = column(
            row(self._number, None, self.close_button),
            self._title,
            self._words,
            self._news,
            row(None, self.next),
            gap=6,
        )
        whole.setContentsMargins(14, 8, 10, 12)
        self.setLayout(whole)
        self.setFixedWidth(theme.px(_WIDTH))

    @property
    def news(self) -> str:
        """What has just happened, in words; empty when nothing has."""
        return self._news.text()

    # Steps

    @Slot()
    def advance(self) -> None:
        """Go to the next step, and to the page that it is about."""
        if self.step + 1 == len(self.steps):
            self._go("counts", None, self._link.key)
            self.finish()
            return
        if self.step == 0:
            self._link.tasks.run(self._link.port.disputes, self._open_case, self._open)
            return
        self._go_on()

    def _go_on(self) -> None:
        self._waits = False
        self.step += 1
        self._show_step()

    @Slot()
    def finish(self) -> None:
        """End the tour for good."""
        self.done = True
        self._preferences.update(tour_done=True)
        self.hide()

    def _open_case(self, disputes: tuple[Dispute, ...]) -> None:
        if self.step:
            return
        self._waits = not disputes
        if self._waits:
            self._say(self.tr("One moment: the clip is still being recorded."))
            return
        self._go("review", ShowDispute(disputes[0].id), self._link.key)
        self._go_on()

    def _open(self, _error: object) -> None:
        self._go("review", None, self._link.key)
        self._go_on()

    @Slot()
    def _on_disputes(self) -> None:
        if self._waits and not self.done:
            self.advance()

    @Slot(object)
    def _on_counted(self, counted: Counted) -> None:
        if self.step or self.done or self._waits:
            return
        camera = self._link.camera(counted.camera_id)
        if camera is not None:
            text = self.tr("Just now, {camera}: in {count_in}, out {count_out} today.")
            self._say(
                text.format(
                    camera=camera.name,
                    count_in=counted.count_in,
                    count_out=counted.count_out,
                )
            )

    @Slot()
    def _on_corrected(self) -> None:
        if self.step == len(self.steps) - 1 and not self.done:
            self._say(self.tr("Corrected. The site's totals have followed."))

    # Looks

    def _show_step(self) -> None:
        step = self.steps[self.step]
        number = self.tr("Tour, {number} of {count}")
        self._number.setText(number.format(number=self.step + 1, count=len(self.steps)))
        self._title.setText(step.title)
        self._words.setText(step.words)
        self.next.setText(step.button)
        self.setAccessibleName(f"{step.title}. {step.words}")
        self._say("")

    def _say(self, news: str) -> None:
        self._news.setText(news)
        self._news.setVisible(bool(news))
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        # A column's words wrap: its height follows from its width.
        height = self.heightForWidth(self.width())
        above = _ABOVE_PLAYER if self.step else _ABOVE
        top = max(0, parent.height() - height - self._theme.px(above))
        self.setGeometry(self._left() + self._theme.px(_GAP), top, self.width(), height)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if event.type() == QEvent.Type.Resize and not self.done:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the tour while the focus is in it."""
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        else:
            super().keyPressEvent(event)
