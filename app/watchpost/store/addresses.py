"""Camera addresses with a password in them, as people paste them."""

from __future__ import annotations

from urllib.parse import unquote

from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import SourceSpec


def without_credentials(source: SourceSpec) -> SourceSpec:
    """Return the source with user and password taken out of its URL.

    ``rtsp://admin:p@ss/w:d@10.0.0.5/1`` is not a valid URL, yet it is what people type.
    So the cut is the first ``@`` before something that is surely a host (with a dot, a
    port or brackets), or else the last ``@`` of what a URL calls the authority.
    """
    scheme, mark, rest = source.address.partition("://")
    if source.kind is not SourceKind.RTSP or not mark or "@" not in rest:
        return source
    authority = rest.partition("/")[0]
    if "@" not in authority and (":" not in authority or _surely_host(authority)):
        return source  # an @ in the path of a plain address
    marks = [index for index, character in enumerate(rest) if character == "@"]
    hosts = [
        index for index in marks if _surely_host(rest[index + 1 :].partition("/")[0])
    ]
    cut = hosts[0] if hosts else authority.rfind("@")
    if cut < 0:
        cut = marks[-1]
    user, _, password = rest[:cut].partition(":")
    return source.model_copy(
        update={
            "address": f"{scheme}://{rest[cut + 1 :]}",
            "user": source.user or unquote(user),
            "password": source.password or unquote(password),
        }
    )


def _surely_host(text: str) -> bool:
    host, _, port = (
        text.rpartition("]") if text.startswith("[") else text.partition(":")
    )
    if "@" in text or (port and not port.lstrip(":").isdigit()):
        return False
    return bool(port) or "." in host or text.startswith("[")
