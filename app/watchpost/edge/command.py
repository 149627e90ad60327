"""``watchpost edge``: runs until it is told to end."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from watchpost.base import log
from watchpost.base.errors import ConfigError, WatchpostError
from watchpost.base.files import replace_file
from watchpost.base.paths import DataFolder, default_data_folder
from watchpost.client.local import CANNOT_START, STAY
from watchpost.protocol.wire import Problem

_log = log.get_logger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Record, detect and count without a window, and serve the API. Ends on Ctrl+C or "
        "a termination signal. Exit code 2 when it cannot run, with the reason."
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=default_data_folder(),
        help="folder of its database, recordings and logs (default: %(default)s)",
    )
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        help="also serve consoles on other computers, encrypted, such as 0.0.0.0:8443",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        help="port on this computer's own loopback (default: any free one)",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="fill an empty data folder with the demo site's simulated cameras",
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write address, process and data folder to this file once it runs",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="show debug lines on the terminal"
    )
    parser.add_argument(
        "--parent", action="store_true", help=argparse.SUPPRESS
    )  # Started by a console: end when its pipe to our standard input closes.


def parse_listen(text: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``; ``[::]:8443`` for IPv6.

    Raises:
        ConfigError: It is not of that form.
    """
    host, mark, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not mark or not host or not port.isdigit() or int(port) > 65535:
        raise ConfigError(
            f"{text!r} is no address to listen on.",
            todo="Write HOST:PORT, such as 0.0.0.0:8443.",
            code="listen.form",
        )
    return host, int(port)


def run(options: argparse.Namespace) -> int:
    """Run an edge until it is told to end; returns the exit code."""
    folder = DataFolder(options.data.expanduser().resolve())
    try:
        return _run(folder, options)
    except WatchpostError as error:
        _log.error("edge cannot run", code=error.code, what=error.what)
        if not options.parent:
            raise
        problem = Problem(code=error.code, what=error.what, todo=error.todo)
        sys.stderr.write(problem.model_dump_json() + "\n")
        sys.stderr.flush()
        return CANNOT_START


def _run(folder: DataFolder, options: argparse.Namespace) -> int:
    _make_log(folder, verbose=options.verbose)
    listen = parse_listen(options.listen) if options.listen else None
    ending = threading.Event()
    _end_on_signals(ending)
    if options.parent:
        threading.Thread(
            target=_end_with_parent, args=(ending,), name="parent", daemon=True
        ).start()
    # The vision stack takes a while to import; arguments and the folder come first.
    from watchpost.edge.service import EdgeService

    service = EdgeService(folder, listen=listen, port=options.port, demo=options.demo)
    try:
        service.start()
        _log.info("edge runs", url=service.address.url, data=str(folder.root))
        if options.json is not None:
            _tell(options.json, folder, service.address.url)
        while not ending.wait(1.0):
            pass
    finally:
        service.stop()
    _log.info("edge ended")
    return 0


def _tell(path: Path, folder: DataFolder, url: str) -> None:
    """Write where the edge is; the key to it stays in its token file."""
    facts = {
        "url": url,
        "pid": os.getpid(),
        "data": str(folder.root),
        "token_file": str(folder.token_file),
    }
    replace_file(path, json.dumps(facts, indent=1).encode())


def _make_log(folder: DataFolder, *, verbose: bool) -> None:
    log.configure(verbose=verbose)
    try:
        folder.create()
        log.configure(folder.logs, verbose=verbose)
    except OSError as error:
        raise ConfigError(
            f"The data folder {folder.root} cannot be written "
            f"({error.strerror or error}).",
            todo="Check its permissions and free space, or choose another with --data.",
            code="store.folder",
        ) from error


def _end_on_signals(ending: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def _end_with_parent(ending: threading.Event) -> None:
    """Wait for the end of standard input, unless it says that we shall stay."""
    said = sys.stdin.buffer.read()
    if said.strip() == STAY.strip():
        _log.info("the console ended, the edge stays")
        return
    ending.set()
