"""One-time codes: made here, typed elsewhere, good once, for ten minutes, five tries."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from watchpost.api.identity import Identity
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from watchpost.base.errors import EdgeError
from watchpost.base.log import get_logger
from watchpost.domain.pairing import new_code, proof, proves
from watchpost.protocol.edge import (
    EdgeInfo,
    PairChallenge,
    PairFinish,
    PairingCode,
    PairResult,
    PairStart,
    Role,
)
from watchpost.store.tokens import TokenRepository

CODE_LIFE_S = 600
MAX_TRIES = 5
_MAX_CHALLENGES = 32

_log = get_logger(__name__)


@dataclass(slots=True)
class _Offer:
    """The code in force and what was asked with it."""

    code: str
    role: Role
    by: str
    ends_ns: int
    tries: int = 0
    challenges: dict[str, tuple[str, str]] = field(default_factory=dict)


class PairingDesk:
    """Gives out codes and, for a right proof, tokens. Thread-safe.

    Args:
        tokens: Where tokens are made.
        fingerprint: Of the edge's certificate; empty while it does not listen.
        address: What to type at the other console; empty while it does not listen.
        describe: Says who the edge is to a new caller.
        clock: Codes age by the monotonic clock.
    """

    def __init__(
        self,
        tokens: TokenRepository,
        *,
        fingerprint: str,
        address: str,
        describe: Callable[[Identity], EdgeInfo],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._tokens = tokens
        self._fingerprint = fingerprint
        self._address = address
        self._describe = describe
        self._clock = clock
        self._lock = threading.Lock()
        self._offer: _Offer | None = None

    def new_code(self, role: Role, by: Identity) -> PairingCode:
        """Make a one-time code; an earlier one stops working.

        Raises:
            EdgeError: The edge does not listen to the network.
        """
        if not self._fingerprint:
            raise EdgeError(
                "This edge does not listen to the network.",
                todo="Start it with --listen HOST:PORT, then make a code.",
                code="pair.conflict",
            )
        code = new_code()
        ends_ns = self._clock.monotonic_ns() + CODE_LIFE_S * NS_PER_S
        with self._lock:
            self._offer = _Offer(code, role, by.user, ends_ns)
        _log.info("pairing code made", by=by.user, role=role)
        return PairingCode(
            code=code,
            expires_ns=self._clock.utc_ns() + CODE_LIFE_S * NS_PER_S,
            address=self._address,
        )

    def start(self, request: PairStart) -> PairChallenge:
        """Begin: hand out a nonce.

        Raises:
            EdgeError: There is no code, or too many began already.
        """
        with self._lock:
            offer = self._valid_offer()
            if len(offer.challenges) >= _MAX_CHALLENGES:
                raise EdgeError(
                    "Too many consoles began to pair with this code.",
                    todo="Make a new code at the edge's own console.",
                    code="pair.too_many",
                )
            challenge = PairChallenge(
                challenge_id=secrets.token_hex(8), nonce=secrets.token_hex(32)
            )
            offer.challenges[challenge.challenge_id] = (
                challenge.nonce,
                request.console_name,
            )
            return challenge

    def finish(self, request: PairFinish) -> PairResult:
        """Check the proof; a right one uses the code up and brings a token.

        Raises:
            EdgeError: ``pair.refused``; after five wrong proofs the code is void.
        """
        with self._lock:
            offer = self._valid_offer()
            nonce, console = offer.challenges.pop(request.challenge_id, ("", ""))
            right = nonce != "" and proves(
                "console",
                request.proof,
                code=offer.code,
                nonce=nonce,
                fingerprint=self._fingerprint,
            )
            if not right:
                self._count_try(offer)
                raise _refused()
            self._offer = None
        token, plain = self._tokens.create(console, offer.role, by=offer.by)
        _log.info("console paired", console=console, role=offer.role)
        return PairResult(
            token=plain,
            proof=proof("edge", offer.code, nonce, self._fingerprint),
            edge=self._describe(Identity(token.name, token.role, remote=True)),
        )

    def _valid_offer(self) -> _Offer:
        offer = self._offer
        if offer is None or self._clock.monotonic_ns() >= offer.ends_ns:
            self._offer = None
            raise _refused()
        return offer

    def _count_try(self, offer: _Offer) -> None:
        offer.tries += 1
        _log.warning("wrong pairing proof", tries=offer.tries)
        if offer.tries >= MAX_TRIES:
            self._offer = None


def _refused() -> EdgeError:
    # One sentence for all causes: a guesser learns nothing.
    return EdgeError(
        "The code is wrong, used or too old.",
        todo="Make a new code at the edge's own console and type it within ten minutes.",
        code="pair.refused",
    )
