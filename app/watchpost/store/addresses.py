"""Camera addresses with a password in them, as people paste them."""

from __future__ import annotations

from urllib.parse import unquote

from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import SourceSpec


def without_credentials(source: SourceSpec) -> SourceSpec:
    """Return the source with user and password taken out of its URL.

    ``rtsp://admin:p@ss/w:d@10.0.0.5/1`` is not a valid URL, yet it is what people type.
    So what looks like a host decides: the last ``@`` before the path, or, where what
    stands there is no host and port, the last ``@`` of all.
    """
    scheme, mark, rest = source.address.partition("://")
    if source.kind is not SourceKind.RTSP or not mark or "@" not in rest:
        return source
    authority = rest.partition("/")[0]
    cut = authority.rfind("@")
    if cut < 0 or not _host_and_port(authority[cut + 1 :]):
        cut = rest.rfind("@")
    if "@" not in authority and _host_and_port(authority):
        return source  # an @ in the path of a plain address
    user, _, password = rest[:cut].partition(":")
    return source.model_copy(
        update={
            "address": f"{scheme}://{rest[cut + 1 :]}",
            "user": source.user or unquote(user),
            "password": source.password or unquote(password),
        }
    )


def _host_and_port(text: str) -> bool:
    if text.startswith("["):
        host, _, port = text.partition("]")
        return bool(host) and (not port or port[1:].isdigit())
    host, _, port = text.partition(":")
    return bool(host) and (":" not in text or port.isdigit())
