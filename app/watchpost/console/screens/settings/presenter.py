"""Reads and changes settings of the edge, its models and other edges; no widget."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from watchpost.base.errors import ConfigError, WatchpostError
from watchpost.client.edge import EdgeClient
from watchpost.console.bridge.edges import EdgeLink
from watchpost.console.edge_book import EdgeBook
from watchpost.console.screens.settings.model_trial import ModelTrial
from watchpost.protocol.edge import EdgeSettings, PairingCode
from watchpost.protocol.models import ActivateModel, CatalogueRecord, ModelRecord

_FETCH_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class SettingsView:
    """What the page shows of the edge.

    Attributes:
        settings: None until they were read.
        models: The models on the edge.
        catalogue: Public models that the edge can fetch, and how each stands.
        code: A one-time code for another console, while one is shown.
        busy: What is being done, in a sentence.
        problem: What went wrong last and what to do.
    """

    settings: EdgeSettings | None = None
    models: tuple[ModelRecord, ...] = ()
    catalogue: tuple[CatalogueRecord, ...] = ()
    code: PairingCode | None = None
    busy: str = ""
    problem: str = ""


class SettingsPresenter(QObject):
    """Keeps the view; every change goes to the edge and comes back from it.

    Signals:
        changed: :attr:`view` changed.
        joined: Name of an edge that was added.
        saved: The edge took over its settings; they are in force.
    """

    changed = Signal()
    joined = Signal(str)
    saved = Signal()

    def __init__(self, link: EdgeLink, book: EdgeBook) -> None:
        super().__init__()
        self._link, self._book = link, book
        self.view = SettingsView()
        self._fetch_poll = QTimer(self)
        self._fetch_poll.setSingleShot(True)
        self._fetch_poll.setInterval(_FETCH_POLL_MS)
        self._fetch_poll.timeout.connect(self.poll_catalogue)

    def load(self) -> None:
        """Read settings, models and the catalogue."""
        link = self._link
        link.tasks.run(link.port.settings, self._on_settings, self._on_failure)
        self._load_models()
        self.poll_catalogue()

    def save(self, settings: EdgeSettings) -> None:
        """Replace the edge's settings; in force at once."""
        link = self._link
        self._show(busy=self.tr("Saving"), problem="")
        call = partial(link.port.save_settings, settings)
        link.tasks.run(call, self._on_saved, self._on_failure)

    def add_model(self, path: Path) -> None:
        """Bring an ONNX file to the edge."""
        link = self._link
        text = self.tr("Bringing {name} to the edge; it is tried before it may serve")
        self._show(busy=text.format(name=path.name), problem="")
        call = partial(_send_model, link.port, path)
        link.tasks.run(call, self._on_model, self._on_failure)

    def activate(
        self, model_id: str, class_map: dict[str, str], layout: str = ""
    ) -> None:
        """Serve with a model from the next frame on, read in one of its ways."""
        link = self._link
        self._show(busy=self.tr("Changing the model"), problem="")
        request = ActivateModel(class_map=class_map, layout=layout)
        call = partial(link.port.activate_model, model_id, request)
        link.tasks.run(call, self._on_model, self._on_failure)

    def trial_of(self, record: ModelRecord) -> ModelTrial:
        """Return a trial of one of the edge's models, nothing looked at yet."""
        return ModelTrial(self._link, record)

    def get_model(self, name: str) -> None:
        """Have the edge fetch a public model; the catalogue tells how far it is."""
        link = self._link
        self._show(problem="")
        call = partial(link.port.get_model, name)
        link.tasks.run(call, self._on_entry, self._on_failure)

    def cancel_model(self, name: str) -> None:
        """Have the edge stop fetching a public model."""
        link = self._link
        call = partial(link.port.cancel_model, name)
        link.tasks.run(call, self._on_entry, self._on_failure)

    def make_code(self) -> None:
        """Ask for a one-time code for another console."""
        link = self._link
        link.tasks.run(link.port.pairing_code, self._on_code, self._on_failure)

    def add_edge(self, address: str, code: str) -> None:
        """Pair with an edge on another machine."""
        self._show(busy=self.tr("Asking the other edge"), problem="")
        self._book.add(address, code, self._on_joined, self._on_failure)

    def remove_edge(self, key: str) -> None:
        """Forget an edge on another machine."""
        self._book.remove(key)

    def _load_models(self) -> None:
        self._link.tasks.run(self._link.port.models, self._on_models, self._on_failure)

    def poll_catalogue(self) -> None:
        """Read how the public models stand; again soon while one is fetched."""
        link = self._link
        link.tasks.run(link.port.catalogue, self._on_catalogue, self._on_failure)

    def _on_settings(self, settings: EdgeSettings) -> None:
        self._show(settings=settings)

    def _on_saved(self, settings: EdgeSettings) -> None:
        self._show(settings=settings, busy="")
        self.saved.emit()

    def _on_models(self, models: tuple[ModelRecord, ...]) -> None:
        self._show(models=models)

    def _on_entry(self, _entry: CatalogueRecord) -> None:
        self.poll_catalogue()

    def _on_catalogue(self, catalogue: tuple[CatalogueRecord, ...]) -> None:
        before = {r.name for r in self.view.catalogue if r.state == "here"}
        self._show(catalogue=catalogue)
        if any(r.state in ("fetching", "checking") for r in catalogue):
            self._fetch_poll.start()
        if any(r.state == "here" and r.name not in before for r in catalogue):
            self._load_models()

    def _on_model(self, _model: ModelRecord) -> None:
        self._show(busy="")
        self._load_models()

    def _on_code(self, code: PairingCode) -> None:
        self._show(code=code)

    def _on_joined(self, name: str) -> None:
        self._show(busy="")
        self.joined.emit(name)

    def _on_failure(self, error: WatchpostError) -> None:
        self._show(busy="", problem=str(error))

    def _show(
        self,
        *,
        settings: EdgeSettings | None = None,
        models: tuple[ModelRecord, ...] | None = None,
        catalogue: tuple[CatalogueRecord, ...] | None = None,
        code: PairingCode | None = None,
        busy: str | None = None,
        problem: str | None = None,
    ) -> None:
        old = self.view
        self.view = SettingsView(
            settings=settings or old.settings,
            models=old.models if models is None else models,
            catalogue=old.catalogue if catalogue is None else catalogue,
            code=code or old.code,
            busy=old.busy if busy is None else busy,
            problem=old.problem if problem is None else problem,
        )
        self.changed.emit()


def parse_class_map(text: str) -> dict[str, str]:
    """Read ``cell phone = car, suitcase = parcel``.

    Raises:
        ConfigError: A part has no ``=`` or an empty side.
    """
    found: dict[str, str] = {}
    for part in (p for p in text.split(",") if p.strip()):
        old, mark, new = (x.strip() for x in part.partition("="))
        if not (old and mark and new):
            raise ConfigError(
                f"{part.strip()!r} does not say what to rename.",
                todo="Write it like: cell phone = car, suitcase = parcel.",
                code="settings.class_map",
            )
        found[old] = new
    return found


def _send_model(port: EdgeClient, path: Path) -> ModelRecord:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path.name} cannot be read ({error.strerror}).",
            todo="Check that the file is there and that you may read it.",
            code="settings.model_file",
        ) from error
    return port.add_model(path.stem, content)
