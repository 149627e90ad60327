"""One-time codes that let a console and an edge prove that they know each other.

Both sides prove knowledge of the code with an HMAC over the edge's nonce and the
certificate that the console saw, so a listener in the middle, who must show another
certificate, gets a proof that is worth nothing to the real edge. The code never travels.
Twelve letters of a 32-letter alphabet are 60 bits: nobody tries them all, even off line,
in the ten minutes that a code lives.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal

# Crockford's alphabet: no I, L, O or U to misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = 3
_GROUP_LETTERS = 4
CODE_LETTERS = _GROUPS * _GROUP_LETTERS
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})

Side = Literal["console", "edge"]


def new_code() -> str:
    """Return a fresh code such as ``7KQ2-M0XD-9R4T``."""
    letters = [secrets.choice(_ALPHABET) for _ in range(CODE_LETTERS)]
    return "-".join(
        "".join(letters[i : i + _GROUP_LETTERS])
        for i in range(0, CODE_LETTERS, _GROUP_LETTERS)
    )


def plain_code(typed: str) -> str:
    """Return a code as typed without spaces and dashes, misread letters mended."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    return letters.translate(_MISREAD)


def proof(side: Side, code: str, nonce: str, fingerprint: str) -> str:
    """Return the HMAC-SHA256, hex, by which a side proves that it knows the code.

    Args:
        side: Who proves; the two proofs differ, so neither can be played back.
        code: The one-time code, in any spelling.
        nonce: The edge's challenge, hex.
        fingerprint: SHA-256 of the edge's certificate (DER), hex.
    """
    message = f"{side}{nonce}{fingerprint}".encode()
    return hmac.new(plain_code(code).encode(), message, hashlib.sha256).hexdigest()


def proves(side: Side, given: str, *, code: str, nonce: str, fingerprint: str) -> bool:
    """Say, in constant time, whether a proof is right."""
    return hmac.compare_digest(
        given.encode(), proof(side, code, nonce, fingerprint).encode()
    )
