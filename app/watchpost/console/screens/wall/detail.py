"""The selected camera's card: figures against their limits, with their last minutes."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QLabel

from watchpost.console.screens.wall.view import DetailView, Figure
from watchpost.console.theme import Theme, set_look
from watchpost.console.widgets.parts import ElidedLabel, column, label, panel, row
from watchpost.console.widgets.sparkline import Sparkline

_ROWS = 8


class DetailCard(QFrame):
    """Shows a :class:`DetailView`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._title = ElidedLabel(look="title")
        self._chip = label(look="chip")
        self._none = label(self.tr("No camera selected."), "label")
        self._rows: list[tuple[QLabel, ElidedLabel, Sparkline]] = []
        self._spans: dict[int, int] = {}
        self._grid = grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for index in range(_ROWS):
            widgets = (
                label(look="label"),
                ElidedLabel(look="strong"),
                Sparkline(theme),
            )
            for place, widget in enumerate(widgets):
                grid.addWidget(widget, index, place)
            self._rows.append(widgets)
        head = row(self._title, self._chip)
        head.setStretch(0, 1)
        frame = panel()
        frame.setLayout(column(head, self._none, grid, gap=10, margins=14))
        self.setLayout(column(frame))
        self.show_detail(None)

    def show_detail(self, detail: DetailView | None) -> None:
        """Show a camera, or that none is selected."""
        self._none.setVisible(detail is None)
        self._chip.setVisible(detail is not None)
        self._title.setText(detail.title if detail is not None else self.tr("Camera"))
        figures: tuple[Figure, ...] = ()
        if detail is not None:
            self._chip.setText(detail.chip)
            figures = detail.figures
        for index, (name, value, curve) in enumerate(self._rows):
            used = index < len(figures)
            has_curve = used and len(figures[index].history) > 1
            for widget, is_shown in ((name, used), (value, used), (curve, has_curve)):
                widget.setVisible(is_shown)
            if not used:
                continue
            figure = figures[index]
            name.setText(figure.name)
            value.setText(figure.value)
            set_look(value, "stale" if figure.stale else "strong")
            if figure.over and not figure.stale:
                set_look(value, "p2-text")
            value.setAccessibleName(f"{figure.name}: {figure.value}")
            self._let_span(index, 1 if has_curve else 2)
            curve.show_values(figure.history, figure.limit)

    def _let_span(self, index: int, columns: int) -> None:
        """Let a row's value reach over the place of a curve that is not there.

        Only where that changes: putting it anew each second would lay out anew, too.
        """
        if self._spans.get(index) != columns:
            self._spans[index] = columns
            self._grid.addWidget(self._rows[index][1], index, 1, 1, columns)
