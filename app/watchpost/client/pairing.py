"""Makes an edge on another computer ours: address, one-time code, pinned certificate."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from watchpost.base.errors import EdgeError
from watchpost.client.edge import EdgeAddress, refusal
from watchpost.domain.pairing import CODE_LETTERS, plain_code, proof, proves
from watchpost.protocol.edge import (
    EdgeInfo,
    PairChallenge,
    PairFinish,
    PairResult,
    PairStart,
)

DEFAULT_PORT = 8443
_TIMEOUT_S = 8.0


@dataclass(frozen=True, slots=True)
class PairedEdge:
    """An edge that let us in.

    Attributes:
        address: How to reach it from now on; keep it as a secret.
        info: Who it is.
    """

    address: EdgeAddress
    info: EdgeInfo


def parse_address(typed: str) -> tuple[str, int]:
    """Return host and port of an address as people type it.

    Accepts ``192.0.2.7``, ``bus-12:8443`` and ``https://bus-12:8443/``.

    Raises:
        EdgeError: It is no address.
    """
    text = typed.strip()
    problem = EdgeError(
        f"{text!r} is not the address of an edge.",
        todo="Type it as the other computer shows it, such as https://192.0.2.7:8443.",
        code="pair.address",
    )
    if text.lower().startswith("http://"):
        raise problem
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        raise problem from None
    if not host or parts.scheme != "https" or any(c.isspace() for c in host):
        raise problem
    return host, port


def pair(typed_address: str, code: str, console_name: str) -> PairedEdge:
    """Pair with an edge; blocks for some seconds, call it on a worker thread.

    Args:
        typed_address: What the person typed, see :func:`parse_address`.
        code: The one-time code that the edge's own console shows.
        console_name: How the edge shall call us in its list.

    Raises:
        EdgeError: No edge there, a wrong or used code, or somebody in between.
    """
    host, port = parse_address(typed_address)
    if len(plain_code(code)) != CODE_LETTERS:
        raise EdgeError(
            f"A one-time code has {CODE_LETTERS} letters and digits.",
            todo="Copy it from the other computer's Settings page.",
            code="pair.code",
        )
    certificate = _certificate(host, port)
    der = ssl.PEM_cert_to_DER_cert(certificate)
    fingerprint = hashlib.sha256(der).hexdigest()
    shown = f"[{host}]" if ":" in host else host
    unpaired = EdgeAddress(f"https://{shown}:{port}", "", fingerprint, certificate)
    result = _exchange(unpaired, code, console_name)
    address = EdgeAddress(unpaired.url, result.token, fingerprint, certificate)
    return PairedEdge(address, result.edge)


def _certificate(host: str, port: int) -> str:
    try:
        return ssl.get_server_certificate((host, port), timeout=_TIMEOUT_S)
    except ssl.SSLError as error:
        raise EdgeError(
            f"What answers at {host}:{port} is not an edge.",
            todo="Check address and port.",
            code="pair.address",
        ) from error
    except OSError as error:
        raise EdgeError(
            f"Nothing answers at {host}:{port}.",
            todo="Check the address, that the edge runs with --listen, and the network.",
            code="edge.unreachable",
        ) from error


def _exchange(address: EdgeAddress, code: str, console_name: str) -> PairResult:
    context = address.ssl_context()
    assert context is not None
    try:
        with httpx.Client(
            base_url=f"{address.url}/api/v1",
            verify=context,
            timeout=_TIMEOUT_S,
            trust_env=False,
        ) as http:
            start = PairStart(console_name=console_name)
            answer = _post(http, "/pair/start", start.model_dump_json())
            challenge = PairChallenge.model_validate_json(answer)
            nonce, fingerprint = challenge.nonce, address.fingerprint
            finish = PairFinish(
                challenge_id=challenge.challenge_id,
                proof=proof("console", code, nonce, fingerprint),
            )
            answer = _post(http, "/pair/finish", finish.model_dump_json())
            result = PairResult.model_validate_json(answer)
    except httpx.HTTPError as error:
        raise EdgeError(
            f"The connection to {address.url} broke while pairing.",
            todo="Try again; if it stays, look whether something sits in between.",
            code="edge.unreachable",
        ) from error
    except ValidationError as error:
        raise EdgeError(
            f"What answers at {address.url} is not an edge of this version.",
            todo="Check the address and bring both to the same version.",
            code="edge.protocol",
        ) from error
    if not proves(
        "edge", result.proof, code=code, nonce=nonce, fingerprint=fingerprint
    ):
        raise EdgeError(
            f"What answers at {address.url} does not know the code: it is not the edge "
            "that made it.",
            todo="Do not use this address; check the network with whoever runs it.",
            code="pair.impostor",
        )
    return result


def _post(http: httpx.Client, path: str, body: str) -> bytes:
    response = http.post(
        path, content=body, headers={"content-type": "application/json"}
    )
    if response.is_error:
        raise refusal(response.content, response.status_code)
    return response.content
