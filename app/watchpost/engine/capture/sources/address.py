"""Addresses of network cameras: what is let through, and how a password is put in."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from watchpost.base.errors import CaptureError
from watchpost.domain.cameras import Source

SCHEMES = ("rtsp", "rtsps", "http", "https")
_LONGEST = 2000


def url_of(source: Source) -> str:
    """Return the URL with user and password in it; never to be logged or shown.

    FFmpeg's protocols are many (``file:``, ``concat:``, ``subfile:``); only those of
    cameras pass.

    Raises:
        CaptureError: It is no address of a camera (``capture.address``).
    """
    address = source.address.strip()
    if len(address) > _LONGEST or any(c.isspace() or ord(c) < 32 for c in address):
        raise _wrong("is too long or contains spaces")
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise _wrong("has a wrong port or host") from error
    if parts.scheme.lower() not in SCHEMES:
        raise _wrong("does not begin with rtsp://, rtsps://, http:// or https://")
    if not host or port == 0 or host.startswith("-"):
        raise _wrong("names no host, or a wrong port")
    if "@" in parts.netloc:
        raise _wrong("contains a user name or password; they have fields of their own")
    credentials = ""
    if source.user or source.password:
        credentials = (
            f"{quote(source.user, safe='')}:{quote(source.password, safe='')}@"
        )
    query = f"?{parts.query}" if parts.query else ""
    path = quote(parts.path, safe="/%:=&;,+$!*'()~@-._")
    return f"{parts.scheme.lower()}://{credentials}{parts.netloc}{path}{query}"


def host_of(address: str) -> str:
    """Return host and port alone, to show; empty where there is none."""
    netloc = address.partition("://")[2].partition("/")[0]
    return netloc.rpartition("@")[2]


def _wrong(how: str) -> CaptureError:
    return CaptureError(
        f"The camera's address {how}.",
        todo="Write it like rtsp://192.168.0.10:554/stream1.",
        code="capture.address",
    )
