"""Shows a picture to each reading of a model before one of them serves; no widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from watchpost.base.errors import ConfigError, WatchpostError
from watchpost.client.edge import EdgeClient
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.bridge.tasks import Task
from watchpost.protocol.cameras import Camera
from watchpost.protocol.models import ModelLook, ModelRecord


@dataclass(frozen=True, slots=True)
class TrialView:
    """What the dialog shows.

    Attributes:
        cameras: Whose pictures can be taken.
        picture: JPEG or PNG that was looked at; empty before the first.
        looks: One a reading, likeliest first; empty before the first.
        busy: What is being done, in a sentence.
        problem: What went wrong last and what to do.
    """

    cameras: tuple[Camera, ...] = ()
    picture: bytes = b""
    looks: tuple[ModelLook, ...] = ()
    busy: str = ""
    problem: str = ""


class ModelTrial(QObject):
    """One model's trial. GUI thread.

    Signals:
        changed: :attr:`view` changed.
    """

    changed = Signal()

    def __init__(self, link: EdgeLink, record: ModelRecord) -> None:
        super().__init__()
        self._link = link
        self._task: Task | None = None
        self.record = record
        self.view = TrialView()

    def load(self) -> None:
        """Read which cameras there are."""
        link = self._link
        link.tasks.run(link.port.cameras, self._on_cameras, self._on_failure)

    def look_through(self, camera_id: str) -> None:
        """Try the model on a camera's newest picture."""
        self._try(partial(_camera_picture, self._link.port, camera_id))

    def look_at(self, path: Path) -> None:
        """Try the model on a picture file."""
        self._try(partial(_file_picture, path))

    def stop(self) -> None:
        """Wait for no answer any more."""
        if self._task is not None:
            self._task.forget()

    def _try(self, picture: partial[bytes]) -> None:
        self.stop()
        self._show(replace(self.view, busy=self.tr("The edge tries it"), problem=""))
        call = partial(_tried, self._link.port, self.record.id, picture)
        self._task = self._link.tasks.run(call, self._on_looks, self._on_failure)

    def _on_cameras(self, cameras: tuple[Camera, ...]) -> None:
        self._show(replace(self.view, cameras=cameras))

    def _on_looks(self, found: tuple[bytes, tuple[ModelLook, ...]]) -> None:
        picture, looks = found
        self._show(replace(self.view, picture=picture, looks=looks, busy=""))

    def _on_failure(self, error: WatchpostError) -> None:
        # Boxes of another picture must not stand beside the sentence about this one.
        self._show(
            replace(self.view, picture=b"", looks=(), busy="", problem=str(error))
        )

    def _show(self, view: TrialView) -> None:
        self.view = view
        self.changed.emit()


def _tried(
    port: EdgeClient, model_id: str, picture: partial[bytes]
) -> tuple[bytes, tuple[ModelLook, ...]]:
    content = picture()
    return content, port.try_model(model_id, content)


def _camera_picture(port: EdgeClient, camera_id: str) -> bytes:
    return port.snapshot(camera_id)


def _file_picture(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path.name} cannot be read ({error.strerror}).",
            todo="Check that the file is there and that you may read it.",
            code="settings.picture_file",
        ) from error
