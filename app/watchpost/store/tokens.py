"""Tokens of consoles and integrators: shown once, stored as a hash, revocable."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, insert, select, update

from watchpost.base.ids import new_id
from watchpost.protocol.edge import Role
from watchpost.store.audit import append_audit
from watchpost.store.database import Database
from watchpost.store.tables import tokens


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was given out, without the token itself.

    Attributes:
        id: Identifier.
        name: Who holds it.
        role: What the holder may do.
        created_ns: UTC nanoseconds.
        revoked_ns: UTC nanoseconds, or None while it is good.
    """

    id: str
    name: str
    role: Role
    created_ns: int
    revoked_ns: int | None = None


class TokenRepository:
    """Gives out, recognises and revokes tokens."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, name: str, role: Role, *, by: str) -> tuple[Token, str]:
        """Return a new token's record and the token, which is stored nowhere.

        The token has 256 random bits, so one round of SHA-256 is enough.
        """
        plain = secrets.token_urlsafe(32)
        token = Token(new_id(self._db.clock), name, role, self._db.clock.utc_ns())

        def work(connection: Connection) -> None:
            connection.execute(
                insert(tokens).values(
                    id=token.id,
                    name=name,
                    role=role,
                    hash=_hash(plain),
                    created_ns=token.created_ns,
                )
            )
            append_audit(
                connection,
                subject=f"token:{token.id}",
                by=by,
                text=f"Token given to {name} as {role}",
                at_ns=token.created_ns,
            )

        self._db.write(work)
        return token, plain

    def check(self, plain: str) -> Token | None:
        """Return whose good token this is, or None."""
        with self._db.read() as connection:
            row = connection.execute(
                select(tokens).where(
                    tokens.c.hash == _hash(plain), tokens.c.revoked_ns.is_(None)
                )
            ).one_or_none()
        return None if row is None else _token(row)

    def list(self) -> tuple[Token, ...]:
        """Return every token ever given out, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.id)).all()
        return tuple(_token(row) for row in rows)

    def revoke(self, token_id: str, *, by: str) -> None:
        """Make a token worthless from now on; harmless when it is already."""
        at_ns = self._db.clock.utc_ns()

        def work(connection: Connection) -> None:
            changed = connection.execute(
                update(tokens)
                .where(tokens.c.id == token_id, tokens.c.revoked_ns.is_(None))
                .values(revoked_ns=at_ns)
            ).rowcount
            if changed:
                append_audit(
                    connection,
                    subject=f"token:{token_id}",
                    by=by,
                    text="Token revoked",
                    at_ns=at_ns,
                )

        self._db.write(work)


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(
        row.id, row.name, cast("Role", row.role), row.created_ns, row.revoked_ns
    )
