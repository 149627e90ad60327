"""Where a camera's packets come from, as a form."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from watchpost.console.screens.cameras.presenter import kind_text
from watchpost.console.theme import Theme
from watchpost.console.widgets.parts import button, column, inset, row
from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import SourceSpec, Ugly, UsbDevice

_SCENES = ("bus_door", "shelf", "conveyor", "street")
_UGLY: tuple[Ugly, ...] = ("tunnel", "dusk", "shake", "dust", "compression")


class SourceForm(QWidget):
    """Fields of one source; only those of its kind are shown.

    Signals:
        edited: Something was changed by hand.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._kind = QComboBox()
        for kind in SourceKind:
            self._kind.addItem(kind_text(kind).capitalize(), kind)
        self._url = QLineEdit()
        self._url.setPlaceholderText("rtsp://192.0.2.10/stream1")
        self._transport = QComboBox()
        self._transport.addItem("TCP", "tcp")
        self._transport.addItem("UDP", "udp")
        self._user = QLineEdit()
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._usb = QComboBox()
        self._usb.setEditable(True)
        self._path = QLineEdit()
        self._browse = button(theme, self.tr("Browse…"), icon="folder-open")
        self._scene = QComboBox()
        for scene, text in zip(
            _SCENES,
            (
                self.tr("Bus door"),
                self.tr("Shop shelf"),
                self.tr("Conveyor"),
                self.tr("Street"),
            ),
            strict=True,
        ):
            self._scene.addItem(text, scene)
        self._ugly = {
            name: QCheckBox(text)
            for name, text in zip(
                _UGLY,
                (
                    self.tr("Tunnel"),
                    self.tr("Dusk"),
                    self.tr("Shake"),
                    self.tr("Dust"),
                    self.tr("Compression"),
                ),
                strict=True,
            )
        }
        self._fps = inset(QDoubleSpinBox())
        self._fps.setRange(1.0, 60.0)
        self._fps.setDecimals(1)
        self._fps.setValue(15.0)
        self._fps.setSuffix(self.tr(" frames/s"))
        self._form = QFormLayout()
        self._build()
        self._connect()
        self._show_kind()

    def _build(self) -> None:
        ugly = column(*self._ugly.values(), gap=0)
        path = row(self._path, self._browse, gap=4)
        form = self._form
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(self.tr("Kind"), self._kind)
        form.addRow(self.tr("Address"), self._url)
        form.addRow(self.tr("Transport"), self._transport)
        form.addRow(self.tr("User"), self._user)
        form.addRow(self.tr("Password"), self._password)
        form.addRow(self.tr("Device, by name or path"), self._usb)
        form.addRow(self.tr("File or folder"), path)
        form.addRow(self.tr("Scene"), self._scene)
        form.addRow(self.tr("Make it ugly"), ugly)
        form.addRow(self.tr("Pace"), self._fps)
        self._rows: dict[object, frozenset[SourceKind]] = {
            self._url: frozenset({SourceKind.RTSP}),
            self._transport: frozenset({SourceKind.RTSP}),
            self._user: frozenset({SourceKind.RTSP}),
            self._password: frozenset({SourceKind.RTSP}),
            self._usb: frozenset({SourceKind.USB}),
            path: frozenset({SourceKind.FILE, SourceKind.IMAGES}),
            self._scene: frozenset({SourceKind.SIMULATED}),
            ugly: frozenset({SourceKind.SIMULATED}),
            self._fps: frozenset(
                {SourceKind.USB, SourceKind.IMAGES, SourceKind.SIMULATED}
            ),
        }
        self.setLayout(form)

    def _connect(self) -> None:
        self._kind.currentIndexChanged.connect(self._show_kind)
        for field in (self._url, self._user, self._password, self._path):
            field.textEdited.connect(self.edited)
        for choice in (self._kind, self._transport, self._scene):
            choice.activated.connect(self.edited)
        self._usb.editTextChanged.connect(self.edited)
        for check in self._ugly.values():
            check.toggled.connect(self.edited)
        self._fps.valueChanged.connect(self.edited)
        self._browse.clicked.connect(self._on_browse)

    @property
    def kind(self) -> SourceKind:
        """The kind that is chosen."""
        # Qt hands enumerations of text back as plain text.
        return SourceKind(self._kind.currentData())

    def first_field(self) -> QWidget:
        """Return where to begin: the address, or the choice of a kind without one."""
        return {
            SourceKind.RTSP: self._url,
            SourceKind.USB: self._usb,
            SourceKind.FILE: self._path,
            SourceKind.IMAGES: self._path,
            SourceKind.SIMULATED: self._scene,
        }[self.kind]

    def choose(self, kind: SourceKind, address: str = "") -> None:
        """Begin with a kind, and an address where it is known."""
        self.show_source(SourceSpec(kind=kind, address=address or "?"))
        if not address:
            for field in (self._url, self._path):
                field.clear()

    def show_source(self, source: SourceSpec) -> None:
        """Fill the fields."""
        self._kind.setCurrentIndex(self._kind.findData(source.kind))
        self._url.setText(source.address if source.kind is SourceKind.RTSP else "")
        self._transport.setCurrentIndex(self._transport.findData(source.transport))
        self._user.setText(source.user)
        self._password.clear()
        paths = (SourceKind.FILE, SourceKind.IMAGES)
        self._path.setText(source.address if source.kind in paths else "")
        if source.kind is SourceKind.USB:
            self._usb.setEditText(source.address)
        self._scene.setCurrentIndex(max(0, self._scene.findData(source.address)))
        for name, check in self._ugly.items():
            check.setChecked(name in source.ugly)
        self._fps.setValue(source.fps)
        self._show_kind()

    def show_usb(self, devices: Sequence[UsbDevice]) -> None:
        """Offer the devices that the edge sees."""
        typed = self._usb.currentText()
        self._usb.blockSignals(True)
        self._usb.clear()
        for device in devices:
            self._usb.addItem(f"{device.name} ({device.address})", device.address)
        if typed:
            self._usb.setEditText(typed)
        self._usb.blockSignals(False)

    def source(self) -> SourceSpec | None:
        """Return what is filled in, or None where the address is missing."""
        kind = self.kind
        address = {
            SourceKind.RTSP: self._url.text().strip(),
            SourceKind.USB: self._usb_address(),
            SourceKind.FILE: self._path.text().strip(),
            SourceKind.IMAGES: self._path.text().strip(),
            SourceKind.SIMULATED: self._scene.currentData(),
        }[kind]
        if not address:
            return None
        rtsp, simulated = kind is SourceKind.RTSP, kind is SourceKind.SIMULATED
        return SourceSpec(
            kind=kind,
            address=address,
            transport=self._transport.currentData(),
            user=self._user.text() if rtsp else "",
            password=self._password.text() if rtsp else "",
            fps=self._fps.value(),
            ugly=tuple(n for n in _UGLY if simulated and self._ugly[n].isChecked()),
        )

    def _usb_address(self) -> str:
        index = self._usb.findText(self._usb.currentText())
        data = self._usb.itemData(index) if index >= 0 else None
        return str(data or self._usb.currentText().strip())

    @Slot()
    def _show_kind(self) -> None:
        for field, kinds in self._rows.items():
            self._form.setRowVisible(field, self.kind in kinds)  # type: ignore[call-overload]

    @Slot()
    def _on_browse(self) -> None:
        if self.kind is SourceKind.IMAGES:
            name = QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"))
        else:
            films = self.tr(
                "Videos (*.mp4 *.mkv *.avi *.mov *.ts *.webm);;All files (*)"
            )
            name, _ = QFileDialog.getOpenFileName(
                self, self.tr("Video file"), "", films
            )
        if name:
            self._path.setText(name)
            self.edited.emit()
