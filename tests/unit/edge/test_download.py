"""A file fetched from servers that stall, truncate and lie."""

from __future__ import annotations

import errno
import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from support import file_server
from support.file_server import FileServer, serving
from watchpost.base.errors import ModelError, StoreError, WatchpostError
from watchpost.edge import download
from watchpost.edge.download import CancelledError, Download, Patience, Wanted

CONTENT = bytes(range(256)) * 2048
QUICK = Patience(connect_s=1, read_s=0.15, window_s=0.2, tries=2, pause_s=0)


def wanted(files: FileServer, **changes: Any) -> Wanted:
    facts = {
        "title": "The model",
        "url": files.url,
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    return Wanted(**(facts | changes))


def fetched(files: FileServer, part: Path, **changes: Any) -> bytes:
    path = Download(wanted(files, **changes), part, patience=QUICK).run()
    return path.read_bytes()


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "model.part"


def test_a_file_arrives_whole_and_tells_its_progress(part: Path) -> None:
    told: list[int] = []
    with serving(CONTENT) as files:
        Download(wanted(files), part, on_progress=told.append, patience=QUICK).run()
    assert part.read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)


def test_a_whole_part_file_is_not_fetched_again(part: Path) -> None:
    part.write_bytes(CONTENT)
    with serving(CONTENT) as files:
        assert fetched(files, part) == CONTENT
        assert files.ranges == []


INTERRUPTIONS = {
    "truncated": file_server.truncated(0.3),
    "stalled": file_server.stalled(0.3),
}


@pytest.mark.parametrize("how", INTERRUPTIONS)
def test_an_interrupted_download_goes_on_where_it_ended(part: Path, how: str) -> None:
    with serving(CONTENT, INTERRUPTIONS[how]) as files:
        assert fetched(files, part) == CONTENT
        first, second = files.ranges
    assert first is None
    assert second is not None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) < len(CONTENT)


def test_a_part_file_of_another_day_is_gone_on_with(part: Path) -> None:
    part.write_bytes(CONTENT[:1000])
    with serving(CONTENT) as files:
        assert fetched(files, part) == CONTENT
        assert files.ranges == ["bytes=1000-"]


def test_a_server_without_ranges_sends_it_from_the_start(part: Path) -> None:
    part.write_bytes(CONTENT[:1000])
    with serving(CONTENT, file_server.without_ranges) as files:
        assert fetched(files, part) == CONTENT


@pytest.mark.parametrize("stale", [b"other bytes" * 40, CONTENT + b"too long"])
def test_a_part_file_of_something_else_is_thrown_away_once(
    part: Path, stale: bytes
) -> None:
    part.write_bytes(stale)
    with serving(CONTENT) as files:
        assert fetched(files, part) == CONTENT
        assert files.ranges[-1] is None


def test_a_range_that_the_server_does_not_know_starts_again(part: Path) -> None:
    part.write_bytes(CONTENT[:1000])
    with serving(CONTENT, file_server.saying(416)) as files:
        assert fetched(files, part) == CONTENT
        assert files.ranges == ["bytes=1000-", None]


def test_a_server_that_always_stalls_ends_in_a_sentence_and_keeps_the_part(
    part: Path,
) -> None:
    stalls = [file_server.stalled(0.5) for _ in range(5)]
    with serving(CONTENT, *stalls) as files, pytest.raises(ModelError) as caught:
        fetched(files, part)
    assert caught.value.code == "fetch.interrupted"
    assert "50%" in caught.value.what
    assert part.stat().st_size == len(CONTENT) // 2


def test_a_server_that_drips_is_given_up(part: Path) -> None:
    drips = [file_server.dripping] * 3
    patience = Patience(read_s=5, window_s=0.1, tries=1, pause_s=0)
    with serving(CONTENT, *drips) as files:
        slow = Download(wanted(files), part, patience=patience, is_cancelled=Count(400))
        with pytest.raises(ModelError) as caught:
            slow.run()
    assert caught.value.code == "fetch.interrupted"


class Count:
    """Says no so many times, then yes: a test that hangs ends."""

    def __init__(self, most: int) -> None:
        self.left = most

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


WRONG = {
    "other bytes": (file_server.saying(200, CONTENT[::-1]), "SHA-256"),
    "another length": (file_server.saying(200, CONTENT[:-1]), "another length"),
    "too long": (file_server.saying(200, CONTENT + b"x"), "another length"),
    "endless": (file_server.endless, "more than the file has"),
    "a web page": (
        file_server.saying(200, b"<html>", Content_Type="text/html; charset=utf-8"),
        "web page",
    ),
    "packed": (file_server.saying(200, b"x" * 99, Content_Encoding="gzip"), "form"),
    "not found": (file_server.saying(404, b"no"), "HTTP 404"),
    "broken": (file_server.saying(503), "HTTP 503"),
    "to another host": (
        file_server.saying(302, Location="http://192.0.2.1/model.onnx"),
        "redirects to http://192.0.2.1",
    ),
    "to a file": (file_server.saying(302, Location="file:///etc/passwd"), "file://"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_server_that_lies_is_found_out(part: Path, how: str) -> None:
    answer, words = WRONG[how]
    with serving(CONTENT, answer) as files, pytest.raises(ModelError) as caught:
        fetched(files, part)
    assert words in caught.value.what
    assert "goes on serving" in caught.value.todo
    assert not part.exists() or part.read_bytes() != CONTENT


def test_a_wrong_part_of_the_file_is_found_out(part: Path) -> None:
    part.write_bytes(CONTENT[:1000])
    lie = file_server.saying(206, CONTENT[5000:], Content_Range="bytes 5000-6000/7000")
    with (
        serving(CONTENT, lie) as files,
        pytest.raises(ModelError, match="another part"),
    ):
        fetched(files, part)


def test_redirects_on_the_same_host_are_followed_but_not_for_ever(part: Path) -> None:
    there = file_server.saying(302, Location="/elsewhere.onnx")
    with serving(CONTENT, there, there) as files:
        assert fetched(files, part) == CONTENT
    part.unlink()
    with (
        serving(CONTENT, *[there] * 9) as files,
        pytest.raises(ModelError, match="more than 5 times"),
    ):
        fetched(files, part)


def test_without_a_network_it_says_so(part: Path) -> None:
    with serving(CONTENT) as files:
        pass
    with pytest.raises(ModelError) as caught:
        fetched(files, part)
    assert caught.value.code == "fetch.no_network"
    assert "stick" in caught.value.todo


def test_cancelling_keeps_what_arrived(part: Path) -> None:
    with serving(CONTENT) as files, pytest.raises(CancelledError):
        Download(wanted(files), part, is_cancelled=Count(3), patience=QUICK).run()
    assert 0 < part.stat().st_size < len(CONTENT)


def test_a_disk_without_room_is_noticed_before_the_first_byte(
    part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(part.parent)._replace(free=1 << 20)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _path: usage)
    with serving(CONTENT) as files, pytest.raises(StoreError) as caught:
        fetched(files, part)
    assert caught.value.code == "store.full"
    assert files.ranges == []


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "store.full"), (errno.EACCES, "store.folder")]
)
def test_a_disk_that_refuses_on_the_way_is_a_sentence(
    part: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(_number: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(download.os, "fsync", refuse)
    with serving(CONTENT) as files, pytest.raises(WatchpostError) as caught:
        fetched(files, part)
    assert caught.value.code == code
    if number == errno.ENOSPC:
        assert not part.exists()
