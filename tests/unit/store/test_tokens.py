from __future__ import annotations

import pytest

from support.counting import NOON
from watchpost.base.paths import DataFolder
from watchpost.store.database import Database
from watchpost.store.tokens import TokenRepository


@pytest.fixture
def tokens(db: Database) -> TokenRepository:
    return TokenRepository(db)


def test_a_token_is_good_until_it_is_revoked(tokens: TokenRepository) -> None:
    token, plain = tokens.create("Desk 1", "supervisor", by="admin")
    assert tokens.check(plain) == token
    assert tokens.check(plain + "x") is None
    assert tokens.check("") is None
    tokens.revoke(token.id, by="admin")
    tokens.revoke(token.id, by="admin")
    assert tokens.check(plain) is None
    assert [known.revoked_ns for known in tokens.list()] == [NOON]


def test_a_token_is_stored_nowhere(tokens: TokenRepository, folder: DataFolder) -> None:
    _, plain = tokens.create("Desk 1", "operator", by="admin")
    content = b"".join(p.read_bytes() for p in folder.root.iterdir() if p.is_file())
    assert plain.encode() not in content


def test_two_tokens_are_never_alike(tokens: TokenRepository) -> None:
    assert len({tokens.create("a", "admin", by="a")[1] for _ in range(20)}) == 20
