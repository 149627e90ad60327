from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from watchpost.base.errors import StoreError
from watchpost.base.files import FolderLock, replace_file


def test_replacing_leaves_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.glob(".a.json*")) == []


def test_a_failed_replacement_keeps_the_old_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    replace_file(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["a.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_private_file_is_private_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "token"
    replace_file(path, b"secret", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_has_one_holder(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire()
    with pytest.raises(StoreError, match="already running") as caught:
        second.acquire()
    assert caught.value.code == "store.locked"
    first.release()
    second.acquire()
    second.release()
