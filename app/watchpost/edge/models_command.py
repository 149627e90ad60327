"""``watchpost models``: public models listed and fetched, and any ONNX file looked at."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from watchpost.api.identity import Identity
from watchpost.base import log
from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.errors import ConfigError, ModelError
from watchpost.base.files import replace_file
from watchpost.base.paths import DataFolder, default_data_folder
from watchpost.client.edge import EdgeClient
from watchpost.client.local import find as find_edge
from watchpost.edge.catalogue import CatalogueEntry, find, read_catalogue
from watchpost.edge.fetching import CatalogueDesk, download
from watchpost.edge.models import ModelShelf
from watchpost.edge.stores import open_stores
from watchpost.engine.inference.inspection import inspect_model
from watchpost.protocol.models import CatalogueRecord

_MIB = 1 << 20
_POLL_S = 0.2
_THIS_USER = Identity("the command line", "admin", remote=False)


class Desk(Protocol):
    """Fetches models of the catalogue: an edge's own desk, or the way to a running one."""

    def catalogue(self) -> tuple[CatalogueRecord, ...]:
        """Return all entries and how each stands."""
        ...

    def get(self, name: str) -> CatalogueRecord:
        """Begin to fetch one."""
        ...

    def cancel(self, name: str) -> CatalogueRecord:
        """Stop fetching one."""
        ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Models that can be fetched, and what an ONNX file is. Exit code 2 when it could "
        "not be done, with the reason."
    )
    kinds = parser.add_subparsers(dest="kind", metavar="WHAT", required=True)
    listing = kinds.add_parser("list", help="public models that can be fetched")
    get = kinds.add_parser(
        "get",
        help="fetch a model of the list",
        description="Fetch a model from where it is published, check it, try it and keep "
        "it on this computer's edge, beside the one that serves. An interrupted download "
        "goes on where it ended.",
    )
    get.add_argument("name", metavar="NAME", help="as 'watchpost models list' shows it")
    get.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="keep the file here instead; no edge is touched",
    )
    get.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=default_data_folder(),
        help="data folder of the edge (default: %(default)s)",
    )
    check = kinds.add_parser(
        "check",
        help="what an ONNX file is, and whether it can serve",
        description="Look into an ONNX file, then try it in a process of its own with "
        "limits of time and memory.",
    )
    check.add_argument("file", type=Path, metavar="FILE")
    for one in (listing, get, check):
        one.add_argument(
            "--json", type=Path, metavar="FILE", help="write the outcome here"
        )


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; returns the exit code."""
    log.configure()
    handler = {"list": _list, "get": _get, "check": _check}[options.kind]
    outcome = handler(options)
    if options.json is not None:
        text = json.dumps(outcome, indent=1, ensure_ascii=False)
        replace_file(options.json, text.encode())
    return 0


def _list(_options: argparse.Namespace) -> dict[str, Any]:
    entries = read_catalogue()
    for entry in entries:
        print(
            f"{entry.name:22}{entry.licence:14}{entry.size / _MIB:5.1f} MiB "
            f"{f'{entry.width} x {entry.height}':>10} {entry.ms_one_core:6.1f} ms   "
            f"{_classes(entry.classes)}"
        )
        print(f"{'':22}{entry.title}, {entry.author}. {entry.note}")
    print("\nms: one picture on one core. 'watchpost models get NAME' fetches one.")
    return {"models": [_facts(entry) for entry in entries]}


def _get(options: argparse.Namespace) -> dict[str, Any]:
    entry = find(read_catalogue(), options.name)
    print(f"{entry.title}, {entry.licence}, by {entry.author}")
    print(f"from {entry.url}")
    if options.out is not None:
        return _get_file(entry, options.out)
    with _desk(DataFolder(options.data.expanduser().resolve())) as desk:
        record = _wait_for(desk, entry)
    print(
        f"{entry.title} is on the edge as {record.model_id}; the present one serves on."
    )
    return record.model_dump(mode="json")


def _get_file(entry: CatalogueEntry, out: Path) -> dict[str, Any]:
    if not out.parent.is_dir():
        raise ConfigError(
            f"There is no folder {out.parent}.",
            todo="Make it, or name another file.",
            code="models.out",
        )
    part = out.with_name(f"{out.name}.part")
    progress = _Progress(entry.title)
    download(entry, part, on_progress=lambda done: progress.show(done / entry.size))
    progress.end()
    info = inspect_model(part, sha256=entry.sha256) if _detects(entry) else None
    part.replace(out)
    print(f"{out} is whole: SHA-256 {entry.sha256}")
    facts = _facts(entry) | {"file": str(out), "state": "here"}
    return facts if info is None else facts | {"layout": info.layout}


def _detects(entry: CatalogueEntry) -> bool:
    return entry.task == "detector"


def _wait_for(desk: Desk, entry: CatalogueEntry) -> CatalogueRecord:
    progress = _Progress(entry.title)
    try:
        record = desk.get(entry.name)
        while record.state in ("fetching", "checking"):
            progress.show(
                record.progress, "checking" if record.state == "checking" else ""
            )
            SYSTEM_CLOCK.sleep(_POLL_S)
            found = (r for r in desk.catalogue() if r.name == entry.name)
            record = next(found, record)
    except KeyboardInterrupt:
        desk.cancel(entry.name)
        raise
    finally:
        progress.end()
    if record.state == "here":
        return record
    what, mark, todo = record.sentence.partition(". ")
    raise ModelError(
        what + mark.strip() if what else f"{entry.title} was not fetched.",
        todo=todo or "Try again.",
        code="models.get",
    )


def _check(options: argparse.Namespace) -> dict[str, Any]:
    info = inspect_model(options.file)
    print(f"{options.file.name} can serve")
    facts: dict[str, Any] = {
        "file": str(options.file),
        "sha256": info.sha256,
        "layout": info.layout,
        "evidence": info.evidence,
        "input": [info.input.width, info.input.height],
        "dtype": info.tensor.dtype,
        "colour": info.input.colour.value,
        "fit": info.input.fit.value,
        "classes": list(info.classes),
        "licence": info.licence,
        "ms": round(info.trial_ms, 2),
    }
    for key, value in facts.items():
        text = _classes(tuple(value)) if key == "classes" else value
        print(f"  {key:10}{text}")
    for other in info.others:
        print(f"  or {other.layout}: {other.evidence}")
    others = [{"layout": o.layout, "evidence": o.evidence} for o in info.others]
    return facts | {"others": others}


@contextmanager
def _desk(folder: DataFolder) -> Iterator[Desk]:
    """Yield the running edge's desk, or that of the data folder where none runs."""
    address = find_edge(folder)
    if address is not None:
        client = EdgeClient(address)
        try:
            yield _Remote(client)
        finally:
            client.close()
        return
    folder.create()
    stores = open_stores(folder)
    desk = None
    try:
        shelf = ModelShelf(
            stores.models,
            inspect=lambda path, sha256: inspect_model(path, sha256=sha256),
            serve=lambda _serving: None,
        )
        desk = CatalogueDesk(shelf, folder.models)
        yield _Local(desk)
    finally:
        if desk is not None:
            desk.stop()
        stores.close()


class _Remote:
    """A running edge."""

    def __init__(self, client: EdgeClient) -> None:
        self.catalogue: Callable[[], tuple[CatalogueRecord, ...]] = client.catalogue
        self.get: Callable[[str], CatalogueRecord] = client.get_model
        self.cancel: Callable[[str], CatalogueRecord] = client.cancel_model


class _Local:
    """The data folder, while no edge runs on it."""

    def __init__(self, desk: CatalogueDesk) -> None:
        self._desk = desk

    def catalogue(self) -> tuple[CatalogueRecord, ...]:
        return self._desk.catalogue()

    def get(self, name: str) -> CatalogueRecord:
        return self._desk.get(name, _THIS_USER)

    def cancel(self, name: str) -> CatalogueRecord:
        return self._desk.cancel(name, _THIS_USER)


class _Progress:
    """A line on the terminal that is written over; nothing where it is no terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._is_terminal = sys.stderr.isatty()

    def show(self, share: float, doing: str = "") -> None:
        if self._is_terminal:
            text = f"\r{self._title}: {doing or f'{share:4.0%}'}   "
            print(text, end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._is_terminal:
            print(file=sys.stderr)


def _facts(entry: CatalogueEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "task": entry.task,
        "classes": list(entry.classes),
        "licence": entry.licence,
        "author": entry.author,
        "origin": entry.url,
        "sha256": entry.sha256,
        "bytes": entry.size,
        "input": [entry.width, entry.height],
        "ms_one_core": entry.ms_one_core,
        "note": entry.note,
    }


def _classes(names: tuple[str, ...]) -> str:
    if len(names) > 4:
        return f"{len(names)} classes: {', '.join(names[:3])} ..."
    return ", ".join(names) or "no classes"
