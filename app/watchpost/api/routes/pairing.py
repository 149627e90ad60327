"""Letting consoles on other computers in, by a one-time code."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from watchpost.api.auth import ServicesOf, allow
from watchpost.api.identity import ADMINS, Identity
from watchpost.base.errors import EdgeError
from watchpost.protocol.edge import (
    PairChallenge,
    PairFinish,
    PairingCode,
    PairResult,
    PairStart,
    Role,
)

router = APIRouter(prefix="/pair", tags=["pairing"])


@router.post("/code")
def new_code(
    services: ServicesOf,
    caller: Annotated[Identity, Depends(allow(ADMINS))],
    role: Role = "admin",
) -> PairingCode:
    """Make a one-time code; whoever types it elsewhere gets this role."""
    return services.pairing.new_code(role, caller)


@router.post("/start")
def start(body: PairStart, services: ServicesOf, request: Request) -> PairChallenge:
    """Begin to pair; needs no token."""
    _behind_tls(request)
    return services.pairing.start(body)


@router.post("/finish")
def finish(body: PairFinish, services: ServicesOf, request: Request) -> PairResult:
    """Prove knowledge of the code and get a token."""
    _behind_tls(request)
    return services.pairing.finish(body)


def _behind_tls(request: Request) -> None:
    if not request.app.state.remote:
        raise EdgeError(
            "Pairing needs the edge's encrypted address.",
            todo="Start the edge with --listen and use the https address it shows.",
            code="pair.conflict",
        )
