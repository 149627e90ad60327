"""Adds the first camera from a video file; knows no widget."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from watchpost.base.errors import WatchpostError
from watchpost.console.bridge.edges import EdgeLink
from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import Camera, CameraSpec, ProbeResult, SourceSpec


class WelcomePresenter(QObject):
    """Opens a video file as a camera.

    Signals:
        busy: What is being done, in a sentence; empty when nothing is.
        opened: The :class:`Camera` that was added.
        problem: What is wrong and what to do.
    """

    busy = Signal(str)
    opened = Signal(object)
    problem = Signal(str)

    def __init__(self, link: EdgeLink) -> None:
        super().__init__()
        self._link = link

    def open_file(self, path: Path) -> None:
        """Try a video file; add it as a camera when it can be read."""
        text = self.tr("Looking into {name}")
        self.busy.emit(text.format(name=path.name))
        source = SourceSpec(
            kind=SourceKind.FILE,
            address=str(path),
            fps=15.0,
            transport="tcp",
            user="",
            password="",
            seed=1,
        )
        call = partial(self._link.port.probe, source)
        self._link.tasks.run(
            call, partial(self._on_probe, path, source), self._on_failure
        )

    def _on_probe(self, path: Path, source: SourceSpec, result: ProbeResult) -> None:
        if not result.ok:
            self.busy.emit("")
            self.problem.emit(result.sentence)
            return
        name = path.stem.replace("_", " ").replace("-", " ").strip()[:80] or "Video"
        spec = CameraSpec(name=name, number=0, source=source, lines=())
        call = partial(self._link.port.add_camera, spec)
        self._link.tasks.run(call, self._on_added, self._on_failure)

    def _on_added(self, camera: Camera) -> None:
        self.busy.emit("")
        self._link.reload_cameras()
        self.opened.emit(camera)

    def _on_failure(self, error: WatchpostError) -> None:
        self.busy.emit("")
        self.problem.emit(str(error))
