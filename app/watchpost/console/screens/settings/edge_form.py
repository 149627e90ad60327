"""The edge's own settings: name, rate, recording, workers."""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from watchpost.console.screens.settings.parts import section, setting
from watchpost.console.screens.settings.presenter import SettingsPresenter, SettingsView
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import button, inset, row
from watchpost.protocol.edge import EdgeSettings

_BOX_WIDTH = 260


class EdgeForm(QWidget):
    """Filled from the edge; kept by it when saved, in force at once."""

    def __init__(self, presenter: SettingsPresenter, theme: Theme) -> None:
        super().__init__()
        self._presenter = presenter
        self._shown: EdgeSettings | None = None
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.rate = _decimal(0.5, 30.0, self.tr(" a second"))
        self.quota = _decimal(0.1, 100_000.0, self.tr(" GiB"))
        self.free = _decimal(0.05, 10_000.0, self.tr(" GiB"))
        self.workers = inset(QSpinBox())
        self.workers.setRange(0, 32)
        self.workers.setMaximumWidth(_BOX_WIDTH)
        self.workers.setSpecialValueText(self.tr("as many as the cores allow"))
        self.threshold = _decimal(0.05, 0.95, "")
        self.save = button(theme, self.tr("Save"), look="primary")
        self.undo = button(theme, self.tr("Undo"))
        self.setLayout(
            section(
                self.tr("This edge"),
                self.tr("Kept by the edge itself; in force as soon as they are saved."),
                setting(self.tr("Name"), self.name),
                setting(
                    self.tr("Detection rate"),
                    self.rate,
                    self.tr(
                        "Looks at each camera, per second. Near a line and when things "
                        "are fast it looks at every frame by itself."
                    ),
                ),
                setting(
                    self.tr("Least score"),
                    self.threshold,
                    self.tr("Detections below are not used; 0.30 is usual."),
                ),
                setting(
                    self.tr("Room for video"),
                    self.quota,
                    self.tr(
                        "Beyond it the oldest recordings go. Counts stay for ever."
                    ),
                ),
                setting(
                    self.tr("Left free"),
                    self.free,
                    self.tr(
                        "Recordings also go when less than this is free on the disk."
                    ),
                ),
                setting(self.tr("Workers"), self.workers),
                row(self.save, self.undo, None),
            )
        )
        self.name.textChanged.connect(self._on_edit)
        for box in (self.rate, self.quota, self.free, self.threshold):
            box.valueChanged.connect(self._on_edit)
        self.workers.valueChanged.connect(self._on_edit)
        self.save.clicked.connect(lambda: presenter.save(self._typed()))
        self.undo.clicked.connect(self._fill)
        self._on_edit()

    def show_view(self, view: SettingsView) -> None:
        """Fill the form when the edge says something new."""
        if view.settings is not None and view.settings != self._shown:
            self._shown = view.settings
            self._fill()

    def _fill(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self.name.setText(shown.name)
        self.rate.setValue(shown.detections_per_s)
        self.quota.setValue(shown.recording_quota_gib)
        self.free.setValue(shown.min_free_gib)
        self.workers.setValue(shown.workers)
        self.threshold.setValue(shown.score_threshold)

    def _typed(self) -> EdgeSettings:
        return EdgeSettings(
            name=self.name.text().strip() or "Edge",
            detections_per_s=self.rate.value(),
            recording_quota_gib=self.quota.value(),
            min_free_gib=self.free.value(),
            workers=self.workers.value(),
            score_threshold=self.threshold.value(),
        )

    def _on_edit(self) -> None:
        changed = self._shown is not None and self._typed() != self._shown
        self.save.setEnabled(changed)
        self.undo.setEnabled(changed)


class _Number(QDoubleSpinBox):
    """Shows no more decimals than the value has."""

    def textFromValue(self, val: float) -> str:  # noqa: N802 - Qt's name
        """Return ``5`` for 5.00 and ``0.35`` for 0.35."""
        text = super().textFromValue(val)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


def _decimal(low: float, high: float, suffix: str) -> QDoubleSpinBox:
    made = inset(_Number())
    made.setRange(low, high)
    made.setDecimals(2)
    made.setMaximumWidth(_BOX_WIDTH)
    made.setSuffix(suffix)
    made.setSingleStep(0.5 if high > 1 else 0.05)
    return made
