"""Models of the catalogue, brought to this edge: one at a time, seen from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from watchpost.api.identity import Identity
from watchpost.base.errors import ModelError, WatchpostError
from watchpost.base.log import get_logger
from watchpost.edge.catalogue import CatalogueEntry, find, read_catalogue
from watchpost.edge.download import CancelledError, Download, Patience, Wanted
from watchpost.edge.models import ModelShelf
from watchpost.protocol.models import CatalogueRecord

_MIB = 1 << 20
_STOP_WAIT_S = 1.0

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    """How far one model is; replaced, never changed."""

    state: Literal["fetching", "checking", "failed"]
    done: int = 0
    sentence: str = ""


class _Order:
    """One wish for a model, and whether it still stands."""

    def __init__(self, entry: CatalogueEntry, by: Identity) -> None:
        self.entry = entry
        self.by = by
        self.cancelled = threading.Event()


class CatalogueDesk:
    """Shows the catalogue and fetches from it. Thread-safe.

    A fetched model is tried like one that a customer brings, before it is on the shelf;
    what serves goes on serving until a person chooses otherwise.

    Args:
        shelf: Where models go.
        folder: For part files; on the disk of the shelf.
        entries: The catalogue; None: the one that travels with the product.
        patience: Time limits of downloads.
    """

    def __init__(
        self,
        shelf: ModelShelf,
        folder: Path,
        *,
        entries: tuple[CatalogueEntry, ...] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._shelf = shelf
        self._folder = folder
        self._entries = read_catalogue() if entries is None else entries
        self._patience = patience
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        self._order: _Order | None = None
        self._thread: threading.Thread | None = None

    def catalogue(self) -> tuple[CatalogueRecord, ...]:
        """Return all entries and how each stands here."""
        on_shelf = {model.sha256: model.id for model in self._shelf.models()}
        with self._lock:
            jobs = dict(self._jobs)
        return tuple(_record(e, jobs.get(e.name), on_shelf) for e in self._entries)

    def get(self, name: str, by: Identity) -> CatalogueRecord:
        """Begin to fetch a model; returns at once.

        Raises:
            ConfigError: The catalogue does not list it.
            ModelError: Another one is being fetched, or it is no detector.
        """
        entry = find(self._entries, name)
        if entry.task != "detector":
            raise ModelError(
                f"{entry.title} is no detector: nothing on an edge uses it.",
                todo=f"'watchpost models get {name} --out FILE' fetches the file alone.",
                code="catalogue.task",
            )
        with self._lock:
            running = self._order
            if running is not None and not running.cancelled.is_set():
                if running.entry.name != name:
                    raise ModelError(
                        f"{running.entry.title} is being fetched.",
                        todo="Wait for it, or cancel it first.",
                        code="catalogue.closed",
                    )
            elif not self._is_here(entry):
                self._begin(_Order(entry, by))
        return self._one(name)

    def cancel(self, name: str, _by: Identity) -> CatalogueRecord:
        """Stop fetching a model; what arrived is kept for another time."""
        find(self._entries, name)
        with self._lock:
            order = self._order
            if order is not None and order.entry.name == name:
                order.cancelled.set()
                self._jobs.pop(name, None)
        return self._one(name)

    def stop(self) -> None:
        """Give up what is being fetched; waits a moment for it to end."""
        with self._lock:
            thread, order = self._thread, self._order
        if order is not None:
            order.cancelled.set()
        if thread is not None:
            # A stalled connection may hold it longer; it is a daemon and ends with us.
            thread.join(_STOP_WAIT_S)

    def _is_here(self, entry: CatalogueEntry) -> bool:
        return any(m.sha256 == entry.sha256 for m in self._shelf.models())

    def _begin(self, order: _Order) -> None:
        before = self._thread
        self._order = order
        self._jobs[order.entry.name] = _Job("fetching")
        self._thread = threading.Thread(
            target=self._run, args=(order, before), name="model-fetch", daemon=True
        )
        self._thread.start()

    def _run(self, order: _Order, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # Two must not write one part file.
        name = order.entry.name
        try:
            self._fetch(order)
        except CancelledError:
            _log.info("model fetch cancelled", model=name)
        except WatchpostError as error:
            _log.warning("model not fetched", model=name, code=error.code)
            self._note(order, _Job("failed", sentence=str(error)))
        except Exception:  # noqa: BLE001 - a thread's top: no wish hangs
            _log.exception("model not fetched", model=name)
            sentence = "It could not be fetched. The log of the edge says why."
            self._note(order, _Job("failed", sentence=sentence))
        finally:
            with self._lock:
                if self._order is order:
                    self._order = None

    def _fetch(self, order: _Order) -> None:
        entry = order.entry
        part = self._folder / f"{entry.sha256}.part"
        path = download(
            entry,
            part,
            on_progress=lambda done: self._note(order, _Job("fetching", done)),
            is_cancelled=order.cancelled.is_set,
            patience=self._patience,
        )
        self._note(order, _Job("checking", entry.size))
        try:
            record = self._shelf.add(
                entry.title, path.read_bytes(), order.by, licence=entry.licence
            )
        finally:
            path.unlink(missing_ok=True)
        _log.info("model fetched", model=entry.name, id=record.id)
        with self._lock:
            if self._order is order:
                self._jobs.pop(entry.name, None)

    def _note(self, order: _Order, job: _Job) -> None:
        with self._lock:
            if self._order is order and not order.cancelled.is_set():
                self._jobs[order.entry.name] = job

    def _one(self, name: str) -> CatalogueRecord:
        return next(record for record in self.catalogue() if record.name == name)


def download(
    entry: CatalogueEntry,
    part: Path,
    *,
    on_progress: Callable[[int], None] = lambda _done: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    patience: Patience | None = None,
) -> Path:
    """Fetch an entry's file; see :class:`~watchpost.edge.download.Download`."""
    wanted = Wanted(entry.title, entry.url, entry.size, entry.sha256)
    return Download(
        wanted,
        part,
        on_progress=on_progress,
        is_cancelled=is_cancelled,
        patience=patience,
    ).run()


def _record(
    entry: CatalogueEntry, job: _Job | None, on_shelf: dict[str, str]
) -> CatalogueRecord:
    record = CatalogueRecord(
        name=entry.name,
        title=entry.title,
        task=entry.task,
        classes=entry.classes,
        licence=entry.licence,
        author=entry.author,
        origin=entry.url,
        sha256=entry.sha256,
        megabytes=round(entry.size / _MIB, 2),
        width=entry.width,
        height=entry.height,
        ms_one_core=entry.ms_one_core,
        note=entry.note,
        state="absent",
    )
    if entry.sha256 in on_shelf:
        fields = {"state": "here", "model_id": on_shelf[entry.sha256]}
        return record.model_copy(update=fields)
    if job is None:
        return record
    return record.model_copy(
        update={
            "state": job.state,
            "progress": job.done / entry.size,
            "sentence": job.sentence,
        }
    )
