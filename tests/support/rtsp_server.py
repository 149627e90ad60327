"""A small RTSP server (RFC 2326) that plays a marked clip, with the faults of cameras.

RTP packets come from FFmpeg's own muxer over loopback and are passed on, interleaved in
the connection (TCP) or to the client's port (UDP).
"""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from fractions import Fraction
from typing import Any

import av

from watchpost.bench.clip import FPS, Clip, make_clip

USER, PASSWORD = "viewer", "right"


class RtspServer:
    """Serves ``rtsp://127.0.0.1:PORT/live``; one thread a client.

    Attributes:
        silent: Answer nothing after the connection was made.
        ends_after: Close the connection after so many RTP packets; 0: never.
        needs_password: Ask for Basic authentication.
        transports: What clients asked for, ``tcp`` or ``udp``.
    """

    def __init__(self) -> None:
        self.silent = False
        self.ends_after = 0
        self.needs_password = False
        self.transports: list[str] = []
        self._clip: Clip = make_clip(4.0, 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"

    def close(self) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._clip.encoder.close()

    def _start(self, work: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            stream = connection.makefile("rb")
            lock = threading.Lock()
            port = 0
            while not self._stop.is_set():
                request = _read(stream)
                if request is None:
                    return
                method, headers = request
                if self.silent:
                    continue
                if self.needs_password and not _may(headers):
                    extra = 'WWW-Authenticate: Basic realm="camera"\r\n'
                    _answer(connection, lock, headers, "401 Unauthorized", extra)
                    continue
                extra, body = "", b""
                if method == "OPTIONS":
                    extra = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
                elif method == "DESCRIBE":
                    body = self._sdp()
                    extra = "Content-Type: application/sdp\r\n"
                elif method == "SETUP":
                    asked = headers["transport"]
                    over_tcp = "TCP" in asked
                    self.transports.append("tcp" if over_tcp else "udp")
                    if not over_tcp:
                        ports = asked.partition("client_port=")[2]
                        port = int(ports.split("-")[0].split(";")[0])
                        asked += ";server_port=50000-50001"
                    extra = f"Transport: {asked}\r\nSession: 1\r\n"
                _answer(connection, lock, headers, "200 OK", extra, body)
                if method == "PLAY":
                    self._start(self._play, connection, lock, port)
                if method == "TEARDOWN":
                    return

    def _sdp(self) -> bytes:
        config = self._clip.format.extradata.hex().upper()
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=clip\r\nt=0 0\r\n"
            "m=video 0 RTP/AVP 96\r\na=rtpmap:96 MP4V-ES/90000\r\n"
            f"a=fmtp:96 profile-level-id=1;config={config}\r\n"
            f"a=framerate:{FPS}\r\na=control:trackID=0\r\n"
        ).encode()

    def _play(self, connection: socket.socket, lock: Any, port: int) -> None:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inlet,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outlet,
            contextlib.suppress(OSError),
        ):
            inlet.bind(("127.0.0.1", 0))
            inlet.settimeout(0.5)
            self._start(self._mux, inlet.getsockname()[1])
            sent = 0
            while not self._stop.is_set():
                try:
                    packet = inlet.recv(65536)
                except TimeoutError:
                    continue
                if port:
                    outlet.sendto(packet, ("127.0.0.1", port))
                else:
                    with lock:
                        size = len(packet).to_bytes(2, "big")
                        connection.sendall(b"$\0" + size + packet)
                sent += 1
                if self.ends_after and sent >= self.ends_after:
                    connection.shutdown(socket.SHUT_RDWR)
                    return

    def _mux(self, port: int) -> None:
        url = f"rtp://127.0.0.1:{port}?pkt_size=1200"
        with (
            contextlib.suppress(av.error.FFmpegError),
            av.open(url, "w", format="rtp") as out,
        ):
            stream = out.add_stream_from_template(self._clip.template)
            number = 0
            while not self._stop.is_set():
                for coded in self._clip.packets:
                    packet = av.Packet(coded.payload)
                    packet.stream = stream
                    packet.time_base = Fraction(1, round(FPS))
                    packet.pts = packet.dts = number
                    packet.is_keyframe = coded.is_key
                    out.mux(packet)
                    number += 1
                    if self._stop.is_set():
                        return
                    time.sleep(1 / FPS)


def _read(stream: Any) -> tuple[str, dict[str, str]] | None:
    line = stream.readline()
    while line[:1] == b"$":
        # Interleaved receiver reports share the connection; they say nothing to us.
        header = line[:4] + stream.read(max(0, 4 - len(line)))
        stream.read(int.from_bytes(header[2:4], "big") - max(0, len(line) - 4))
        line = stream.readline()
    if not line.strip():
        return None
    headers = {}
    while (text := stream.readline().decode().strip()) != "":
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    return line.decode(errors="replace").split()[0], headers


def _may(headers: dict[str, str]) -> bool:
    right = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return headers.get("authorization") == f"Basic {right}"


def _answer(
    connection: socket.socket,
    lock: Any,
    headers: dict[str, str],
    status: str,
    extra: str = "",
    body: bytes = b"",
) -> None:
    head = (
        f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n{extra}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with lock:
        connection.sendall(head.encode() + body)
