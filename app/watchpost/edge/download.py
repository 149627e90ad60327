"""Fetches one file whose size and SHA-256 are known, over a network that may do anything.

What arrives is kept in a part file and an interrupted download goes on from there (HTTP
Range, RFC 9110 section 14). Nothing that was received is used before it has the known
size and digest; a server that sends more is cut off at the first byte too many.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urljoin

import httpx

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import ModelError, StoreError
from watchpost.base.files import digest_of
from watchpost.base.log import get_logger

_MIB = 1 << 20
# Left free for the database and the recordings when a model is stored.
_KEEP_FREE = 64 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_SHIPPED_SERVES = "Until then the present detector goes on serving."

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to bear with a network.

    Attributes:
        connect_s, read_s: For a connection, and for the next bytes.
        window_s, least_bytes: A connection that brings less in that time is given up.
        tries: Connections in a row that brought less than that before it is an error.
        pause_s: Before the next connection after one that failed.
    """

    connect_s: float = 10.0
    read_s: float = 15.0
    window_s: float = 30.0
    least_bytes: int = 32 << 10
    tries: int = 3
    pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file: where it is, and what says that it is the right one.

    Attributes:
        title: What to call it in sentences.
        url: ``https://...``.
        size, sha256: Bytes and hex digest.
    """

    title: str
    url: str
    size: int
    sha256: str


class CancelledError(Exception):
    """Somebody does not want the file any more; what arrived is kept."""


class _InterruptedError(Exception):
    """The connection ended or stalled; another may go on from there."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _AgainError(Exception):
    """What arrived so far is useless; the next try starts from nothing."""


class Download:
    """One download; one thread.

    Args:
        wanted: The file.
        part: Where it is collected; exists afterwards only when it is whole, or to be
            gone on with. Must be on the disk where it is to stay.
        on_progress: Told how many bytes there are.
        is_cancelled: Asked between the pieces.
        patience: Time limits.
        clock: Time.
    """

    def __init__(
        self,
        wanted: Wanted,
        part: Path,
        *,
        on_progress: Callable[[int], None] = lambda _done: None,
        is_cancelled: Callable[[], bool] = lambda: False,
        patience: Patience | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._wanted = wanted
        self._part = part
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._patience = patience or Patience()
        self._clock = clock

    def run(self) -> Path:
        """Fetch the file; returns the part file, which then is whole and right.

        Raises:
            ModelError: It cannot be had, or what the server sends is not it.
            StoreError: There is no room for it.
            CancelledError: ``is_cancelled`` said so.
        """
        with self._disk_trouble():
            self._check_room()
        timeout = httpx.Timeout(self._patience.read_s, connect=self._patience.connect_s)
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            self._fetch(client)
        return self._part

    def _fetch(self, client: httpx.Client) -> None:
        fruitless = 0
        is_second_chance = False
        while True:
            before = self._have()
            try:
                self._once(client)
            except _InterruptedError as interruption:
                _log.info("download interrupted", why=interruption.why)
                gained = self._have() - before
                fruitless += 1
                if gained >= self._patience.least_bytes:
                    fruitless = 0
                if fruitless >= self._patience.tries:
                    raise self._interrupted(interruption.why) from interruption
                self._clock.sleep(self._patience.pause_s)
                continue
            except _AgainError:
                self._part.unlink(missing_ok=True)
                # A part file of another day may be to blame; a whole answer is not.
                if before == 0 or is_second_chance:
                    raise self._lied("its content has another SHA-256") from None
                is_second_chance = True
                continue
            return

    def _once(self, client: httpx.Client) -> None:
        """Fetch what is missing over one connection."""
        have = self._have()
        if have > self._wanted.size:
            raise _AgainError
        if have < self._wanted.size:
            with self._opened(client, have) as (response, start), self._disk_trouble():
                mode = "r+b" if start else "wb"
                with self._part.open(mode) as file:
                    file.seek(start)
                    self._copy(response, file, start)
                    file.flush()
                    os.fsync(file.fileno())
        with self._disk_trouble():
            digest = digest_of(self._part)
        if digest != self._wanted.sha256:
            raise _AgainError

    @contextmanager
    def _opened(
        self, client: httpx.Client, have: int
    ) -> Iterator[tuple[httpx.Response, int]]:
        """Ask for the file from that byte on; yields the answer and where it begins."""
        url = httpx.URL(self._wanted.url)
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                self._check_cancelled()
                with client.stream("GET", url, headers=headers) as response:
                    if response.status_code not in _REDIRECTS:
                        yield response, self._start_of(response, have)
                        return
                    url = self._redirected(url, response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise self._unreachable(url.host, error) from error
        except httpx.TimeoutException as error:
            raise _InterruptedError("nothing more came") from error
        except httpx.TransportError as error:
            raise _InterruptedError("the connection was cut") from error
        except httpx.InvalidURL as error:
            raise self._lied("it redirects to nowhere") from error
        raise self._lied(f"it redirects more than {_MOST_REDIRECTS} times")

    def _redirected(self, url: httpx.URL, response: httpx.Response) -> httpx.URL:
        target = httpx.URL(urljoin(str(url), response.headers.get("Location", "")))
        same = (target.scheme, target.host) == (url.scheme, url.host)
        if target.scheme != "https" and not same:
            raise self._lied(f"it redirects to {target.scheme}://{target.host[:80]}")
        return target

    def _start_of(self, response: httpx.Response, have: int) -> int:
        """Check an answer's head; return which byte of the file its body begins with."""
        status = response.status_code
        if status == 416:
            raise _AgainError
        if status not in (200, 206):
            raise ModelError(
                f"{response.url.host} does not give {self._wanted.title} out "
                f"(HTTP {status}).",
                todo=f"Try again later. {_SHIPPED_SERVES}",
                code="fetch.refused",
            )
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise self._lied("it sends a web page, as a sign-in page of a network does")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise self._lied("it sends it in a form that was not asked for")
        start = have if status == 206 else 0
        if status == 206 and response.headers.get("Content-Range") not in (
            f"bytes {have}-{self._wanted.size - 1}/{self._wanted.size}",
            f"bytes {have}-{self._wanted.size - 1}/*",
        ):
            raise self._lied("it sends another part of it than was asked for")
        length = response.headers.get("Content-Length")
        if length is not None and length != str(self._wanted.size - start):
            raise self._lied("its file has another length")
        return start

    def _copy(self, response: httpx.Response, file: IO[bytes], start: int) -> None:
        done = start
        window_ns, window_done = self._clock.monotonic_ns(), done
        for chunk in response.iter_raw():
            self._check_cancelled()
            done += len(chunk)
            if done > self._wanted.size:
                file.close()
                self._part.unlink(missing_ok=True)
                raise self._lied("it sends more than the file has")
            file.write(chunk)
            self._on_progress(done)
            now_ns = self._clock.monotonic_ns()
            if now_ns - window_ns > self._patience.window_s * NS_PER_S:
                if done - window_done < self._patience.least_bytes:
                    raise _InterruptedError("next to nothing came")
                window_ns, window_done = now_ns, done
        if done < self._wanted.size:
            raise _InterruptedError("the server ended early")
        file.truncate()

    def _have(self) -> int:
        try:
            return self._part.stat().st_size
        except OSError:
            return 0

    def _check_cancelled(self) -> None:
        if self._is_cancelled():
            raise CancelledError

    def _check_room(self) -> None:
        need = self._wanted.size - self._have() + _KEEP_FREE
        if shutil.disk_usage(self._part.parent).free < need:
            raise self._full()

    @contextmanager
    def _disk_trouble(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise self._full() from error
            raise StoreError(
                f"{self._wanted.title} cannot be written to {self._part.parent} "
                f"({error.strerror or error}).",
                todo=f"Check that folder's permissions. {_SHIPPED_SERVES}",
                code="store.folder",
            ) from error

    def _full(self) -> StoreError:
        self._part.unlink(missing_ok=True)
        return StoreError(
            f"There is no room for {self._wanted.title}: it takes "
            f"{self._wanted.size / _MIB:.1f} MiB, and {_KEEP_FREE >> 20} MiB stay free.",
            todo=f"Make room on the disk and try again. {_SHIPPED_SERVES}",
            code="store.full",
        )

    def _unreachable(self, host: str, error: Exception) -> ModelError:
        return ModelError(
            f"{host} cannot be reached from here ({error}).",
            todo="Connect this computer to the internet and try again, or bring the file "
            f"on a stick. {_SHIPPED_SERVES}",
            code="fetch.no_network",
        )

    def _interrupted(self, why: str) -> ModelError:
        share = self._have() / self._wanted.size
        return ModelError(
            f"{self._wanted.title} did not arrive: {why} at {share:.0%}.",
            todo=f"Try again; it goes on from there. {_SHIPPED_SERVES}",
            code="fetch.interrupted",
        )

    def _lied(self, how: str) -> ModelError:
        return ModelError(
            f"The server does not send {self._wanted.title} as it was published: {how}.",
            todo=f"Try again on another network, or later. {_SHIPPED_SERVES}",
            code="fetch.wrong",
        )
