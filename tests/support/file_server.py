"""A web server that gives one file out, well or as badly as the world does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


@dataclass
class FileServer:
    """What is served, how, and what was asked for.

    ``answers`` are used up in order, one a request; afterwards the file is given out
    properly.
    """

    content: bytes
    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """One request; the answers below act on it."""

    files: FileServer

    def do_GET(self) -> None:
        self.files.ranges.append(self.headers.get("Range"))
        answer = self.files.answers.pop(0) if self.files.answers else properly
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass

    def head(self, status: int, **fields: object) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    @property
    def start(self) -> int:
        text = self.headers.get("Range") or "bytes=0-"
        return int(text.removeprefix("bytes=").removesuffix("-"))


def properly(on: Handler) -> None:
    """Give the file out, or the asked part of it."""
    whole, start = on.files.content, on.start
    rest = whole[start:]
    if start:
        said = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
        on.head(206, Content_Length=len(rest), Content_Range=said)
    else:
        on.head(200, Content_Length=len(rest))
    on.wfile.write(rest)


def without_ranges(on: Handler) -> None:
    """Give the whole file out whatever was asked for."""
    on.head(200, Content_Length=len(on.files.content))
    on.wfile.write(on.files.content)


def truncated(share: float) -> Answer:
    """Announce the rest, give a part of the whole, hang up."""

    def answer(on: Handler) -> None:
        start, whole = on.start, on.files.content
        end = int(len(whole) * share)
        said = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
        fields = {"Content_Range": said} if start else {}
        on.head(206 if start else 200, Content_Length=len(whole) - start, **fields)
        on.wfile.write(whole[start:end])
        on.wfile.flush()
        on.close_connection = True

    return answer


def stalled(share: float) -> Answer:
    """Give a part and then nothing, with the connection open."""
    begin = truncated(share)

    def answer(on: Handler) -> None:
        begin(on)
        on.files.release.wait(20)

    return answer


def dripping(on: Handler) -> None:
    """Give a byte now and then, for ever."""
    on.head(200, Content_Length=len(on.files.content))
    for byte in on.files.content:
        on.wfile.write(bytes([byte]))
        on.wfile.flush()
        if on.files.release.wait(0.02):
            return


def endless(on: Handler) -> None:
    """Give the file and then more, for ever, with no length announced."""
    on.head(200)
    on.wfile.write(on.files.content)
    while not on.files.release.is_set():
        on.wfile.write(b"more" * 4096)


def saying(status: int, body: bytes = b"", **fields: object) -> Answer:
    """Answer with this head and body."""

    def answer(on: Handler) -> None:
        on.head(status, **({"Content_Length": len(body)} | fields))
        on.wfile.write(body)

    return answer


@contextmanager
def serving(content: bytes, *answers: Answer) -> Iterator[FileServer]:
    """Serve on a free port of loopback."""
    files = FileServer(content, answers=list(answers))
    handler = type("Bound", (Handler,), {"files": files})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    files.url = f"http://127.0.0.1:{server.server_address[1]}/model.onnx"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield files
    finally:
        files.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
