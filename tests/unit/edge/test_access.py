"""Tokens: whose they are, where they are good, when they end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.stores import FakeClock, opened
from watchpost.base.paths import DataFolder
from watchpost.edge.access import Access, local_token, write_token_file

LOCAL = "l" * 43


def test_the_local_token_is_good_over_loopback_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as stores:
        access = Access(LOCAL, stores.tokens)
        found = access.authenticate(LOCAL, remote=False)
        assert found is not None
        assert (found.role, found.remote) == ("admin", False)
        assert access.authenticate(LOCAL, remote=True) is None
        assert access.authenticate("", remote=False) is None


def test_a_paired_console_is_remote_wherever_it_comes_in_by_tls(tmp_path: Path) -> None:
    with opened(tmp_path) as stores:
        _, plain = stores.tokens.create("Office", "supervisor", by="me")
        access = Access(LOCAL, stores.tokens)
        found = access.authenticate(plain, remote=True)
        assert found is not None
        assert (found.user, found.role, found.remote) == ("Office", "supervisor", True)


def test_a_revoked_token_ends_within_half_a_minute(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock=clock) as stores:
        token, plain = stores.tokens.create("Office", "operator", by="me")
        access = Access(LOCAL, stores.tokens, clock)
        assert access.authenticate(plain, remote=True)
        stores.tokens.revoke(token.id, by="me")
        clock.move(30)
        assert access.authenticate(plain, remote=True) is None


def test_the_token_file_is_private_and_its_token_and_port_are_kept(
    tmp_path: Path,
) -> None:
    folder = DataFolder(tmp_path)
    token, port = local_token(folder)
    assert port == 0
    write_token_file(folder, 4321, token)
    assert local_token(folder) == (token, 4321)
    said = json.loads(folder.token_file.read_text(encoding="utf-8"))
    assert said["url"] == "http://127.0.0.1:4321"
    if sys.platform != "win32":
        assert folder.token_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"token": "short", "url": ":1"}'])
def test_a_damaged_token_file_is_made_anew(tmp_path: Path, content: str) -> None:
    folder = DataFolder(tmp_path)
    folder.token_file.write_text(content, encoding="utf-8")
    token, _ = local_token(folder)
    assert len(token) >= 32
