"""The edge itself: who it is, how to be let in, its settings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchpost.protocol.wire import Answer, Request

Role = Literal["operator", "technician", "supervisor", "manager", "admin"]


class EdgeInfo(Answer):
    """``GET /edge``."""

    id: str
    name: str
    version: str
    demo: bool
    started_ns: int
    now_ns: int
    hostname: str
    shared_memory: bool
    """Whether this caller may map tile rings (same computer, same OS user)."""
    role: Role
    user: str


class PairStart(Request):
    """``POST /pair/start``: a console asks for a challenge; no authentication."""

    console_name: str = Field(min_length=1, max_length=80)


class PairChallenge(Answer):
    """The edge's nonce (hex); proofs are HMAC-SHA256 with the one-time code as key."""

    challenge_id: str
    nonce: str


class PairFinish(Request):
    """``POST /pair/finish``.

    ``proof`` is HMAC-SHA256(code, "console" + nonce + fingerprint) in hex, where
    fingerprint is the SHA-256 of the TLS certificate that the console saw. The code
    itself never travels.
    """

    challenge_id: str
    proof: str


class PairResult(Answer):
    """A token for this console, and the edge's own proof that it knows the code.

    ``proof`` is HMAC-SHA256(code, "edge" + nonce + fingerprint) in hex.
    """

    token: str
    proof: str
    edge: EdgeInfo


class PairingCode(Answer):
    """``POST /pair/code`` (admin): a one-time code to type into another console."""

    code: str
    expires_ns: int
    address: str
    """What to type as address there, such as ``https://192.0.2.7:8443``."""


class EdgeSettings(Request):
    """``GET`` and ``PUT /settings``."""

    name: str = Field("This computer", min_length=1, max_length=80)
    detections_per_s: float = Field(5.0, ge=0.5, le=30.0)
    recording_quota_gib: float = Field(20.0, ge=0.1, le=100_000.0)
    min_free_gib: float = Field(1.0, ge=0.05, le=10_000.0)
    workers: int = Field(0, ge=0, le=32)
    """Inference workers; 0 means as many as the cores allow."""
    score_threshold: float = Field(0.3, ge=0.05, le=0.95)


class Notice(Answer):
    """A diagnostics export's or command's plain answer."""

    text: str
