"""The edge on this computer: found through its token file, started when none runs.

The token file can be read by the same OS user alone; whoever reads it is let in. An
edge that we start gets a pipe as its standard input: it ends when the pipe closes, that
is with us, unless it was told ``stay`` before.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

import psutil

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import EdgeError
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.base.processes import own_command, start_program
from watchpost.client.edge import EdgeAddress, EdgeClient, refusal

STAY = b"stay\n"
CANNOT_START = 2
"""Exit code of an edge that cannot run here; the last line that it printed to a console
is a :class:`~watchpost.protocol.wire.Problem` as JSON. Trying again would not help."""

_POLL_S = 0.05
_WATCH_S = 0.5
_FIRST_RETRY_S = 0.25
_LAST_RETRY_S = 10.0
_MOST_STARTS = 6
_WINDOW_S = 60.0

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TokenFile:
    """What an edge tells consoles of the same OS user.

    Attributes:
        url: ``http://127.0.0.1:PORT``.
        token: Bearer token.
        pid: The edge's process.
    """

    url: str
    token: str
    pid: int

    def address(self) -> EdgeAddress:
        """Return it as an address."""
        return EdgeAddress(self.url, self.token)


def read_token_file(folder: DataFolder) -> TokenFile | None:
    """Return what the token file says, or None when there is none (to be read by us)."""
    try:
        said = json.loads(folder.token_file.read_text(encoding="utf-8"))
        return TokenFile(str(said["url"]), str(said["token"]), int(said["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find(folder: DataFolder) -> EdgeAddress | None:
    """Return the address of the edge that runs on this folder and answers us, or None."""
    token_file = read_token_file(folder)
    if token_file is None or not psutil.pid_exists(token_file.pid):
        return None
    client = EdgeClient(token_file.address())
    try:
        client.info()
    except EdgeError:
        return None
    finally:
        client.close()
    return token_file.address()


@dataclass(frozen=True, slots=True)
class LocalEdgeState:
    """How the edge on this computer is.

    Attributes:
        address: Where it answers, or None while it does not run.
        sentence: What is wrong and what to do, when it does not run.
        code: Machine-readable cause.
    """

    address: EdgeAddress | None
    sentence: str = ""
    code: str = ""


class LocalEdge:
    """Finds or starts the edge on this computer, and starts it again when it dies.

    Args:
        folder: Its data folder.
        on_state: Called on the supervising thread whenever the edge comes or goes.
        command: How to start it; the product's own ``edge`` command by default.
        clock: For tests.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        on_state: Callable[[LocalEdgeState], None] = lambda _state: None,
        command: Sequence[str] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.folder = folder
        self._on_state = on_state
        self._command = (
            list(command) if command is not None else default_command(folder)
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._adopted_pid: int | None = None
        self._starts_ns: list[int] = []
        self._thread: threading.Thread | None = None

    @property
    def owned(self) -> bool:
        """Whether we started it, so that it ends with us."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The edge's process, ours or an adopted one."""
        return self._process.pid if self._process is not None else self._adopted_pid

    def open(self, timeout_s: float = 30.0) -> EdgeAddress:
        """Return the address of the running edge; start one when there is none.

        Blocks until it answers; from then on it is supervised.

        Raises:
            EdgeError: It cannot start; the sentence is the edge's own.
        """
        address = self._find_or_start(timeout_s)
        self._thread = threading.Thread(
            target=self._supervise, name="local edge", daemon=True
        )
        self._thread.start()
        return address

    def leave_running(self) -> None:
        """Let the edge go on without us."""
        self._end_supervision()
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            try:
                process.stdin.write(STAY)
                process.stdin.close()
            except OSError:
                _log.warning("the edge was gone when it was told to stay")
            process.returncode = 0  # It is nobody's zombie to warn about: it goes on.

    def close(self, timeout_s: float = 10.0) -> None:
        """End the edge if we started it, and wait for its orderly end."""
        self._end_supervision()
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        _close_stdin(process)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            _log.warning("the edge did not end in time and was killed", pid=process.pid)
            process.kill()
            process.wait(timeout_s)

    def _end_supervision(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _find_or_start(self, timeout_s: float) -> EdgeAddress:
        address = find(self.folder)
        if address is not None:
            token_file = read_token_file(self.folder)
            self._adopted_pid = token_file.pid if token_file else None
            return address
        return self._start(timeout_s)

    def _start(self, timeout_s: float) -> EdgeAddress:
        self._starts_ns.append(self._clock.monotonic_ns())
        with tempfile.TemporaryFile() as errors:
            try:
                process = start_program(self._command, errors)
            except OSError as error:
                raise EdgeError(
                    f"The edge's program {self._command[0]} cannot be started "
                    f"({error}).",
                    todo="Install Watchpost again.",
                    code="edge.program",
                ) from error
            return self._wait_for(process, errors, timeout_s)

    def _wait_for(
        self, process: subprocess.Popen[bytes], errors: IO[bytes], timeout_s: float
    ) -> EdgeAddress:
        deadline_ns = self._clock.monotonic_ns() + int(timeout_s * NS_PER_S)
        while self._clock.monotonic_ns() < deadline_ns and not self._stop.is_set():
            if process.poll() is not None:
                _close_stdin(process)
                raise self._start_error(process.returncode, errors)
            said = read_token_file(self.folder)
            if said is not None and said.pid == process.pid:
                address = find(self.folder)
                if address is not None:
                    with self._lock:
                        self._process, self._adopted_pid = process, None
                    return address
            self._clock.sleep(_POLL_S)
        process.kill()
        process.wait(5.0)
        _close_stdin(process)
        raise EdgeError(
            f"The edge did not answer within {timeout_s:.0f} s of its start.",
            todo=f"Look into the log in {self.folder.logs}.",
            code="edge.slow_start",
        )

    def _start_error(self, exit_code: int, errors: IO[bytes]) -> EdgeError:
        errors.seek(0)
        lines = errors.read().strip().splitlines() or [b""]
        if exit_code == CANNOT_START:
            return refusal(lines[-1], exit_code)
        return EdgeError(
            f"The edge ended at its start with code {exit_code}.",
            todo=f"Look into the log in {self.folder.logs}.",
            code="edge.died",
        )

    def _supervise(self) -> None:
        retry_s = _FIRST_RETRY_S
        while not self._stop.wait(_WATCH_S):
            if self._alive():
                retry_s = _FIRST_RETRY_S
                continue
            _log.warning("the edge died", pid=self.pid)
            with self._lock:
                process, self._process, self._adopted_pid = self._process, None, None
            if process is not None:
                _close_stdin(process)
            self._on_state(
                LocalEdgeState(
                    None, "The edge ended unexpectedly. It is being started again."
                )
            )
            while not self._stop.is_set():
                if not self._restart():
                    self._stop.wait(retry_s)
                    retry_s = min(_LAST_RETRY_S, retry_s * 2)
                else:
                    break

    def _restart(self) -> bool:
        """Try once; True when supervision goes on (or was given up, visibly)."""
        now_ns = self._clock.monotonic_ns()
        window_ns = int(_WINDOW_S * NS_PER_S)
        self._starts_ns = [t for t in self._starts_ns if now_ns - t < window_ns]
        if len(self._starts_ns) >= _MOST_STARTS:
            self._give_up(
                f"The edge ended {_MOST_STARTS} times within a minute. Look into the log "
                f"in {self.folder.logs}, then start the console again.",
                "edge.crash_loop",
            )
            return True
        try:
            address = self._find_or_start(30.0)
        except EdgeError as error:
            if error.code in ("edge.died", "edge.slow_start"):
                return False
            self._give_up(str(error), error.code)
            return True
        self._on_state(LocalEdgeState(address))
        return True

    def _give_up(self, sentence: str, code: str) -> None:
        _log.error("the edge stays away", code=code)
        self._on_state(LocalEdgeState(None, sentence, code))
        self._stop.set()

    def _alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return self._adopted_pid is not None and psutil.pid_exists(self._adopted_pid)


def default_command(folder: DataFolder) -> list[str]:
    """Return how a console starts the edge of a data folder."""
    return [*own_command(), "edge", "--data", str(folder.root), "--parent"]


def _close_stdin(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            _log.debug("the pipe to the edge was closed already", pid=process.pid)
