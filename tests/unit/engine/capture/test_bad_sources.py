"""What a technician is told about files and addresses that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import av.error
import numpy as np
import pytest

from watchpost.base.errors import CaptureError
from watchpost.domain.cameras import Source, SourceKind
from watchpost.engine.capture import troubles
from watchpost.engine.capture.probing import look, probe

NO_VIDEO = "cannot be read as video"
SCHEME = "does not begin with rtsp://"


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return two good videos' contents, which tests then damage."""
    folder = tmp_path_factory.mktemp("videos")
    for name in ("mp4", "mkv"):
        write_video(folder / f"good.{name}")
    return {name: (folder / f"good.{name}").read_bytes() for name in ("mp4", "mkv")}


def write_video(
    path: Path, frames: int = 50, size: tuple[int, int] = (320, 180)
) -> None:
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            grey = np.full((height, width, 3), number * 3 % 255, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        for _ in range(20):
            silence = np.zeros((1, 1024), np.float32)
            frame = av.AudioFrame.from_ndarray(silence, "fltp", layout="mono")
            frame.sample_rate = 48_000
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def said_of(source: Source) -> str:
    """Return the sentence, as the probing child makes it."""
    try:
        return look(source).sentence
    except (CaptureError, av.error.FFmpegError, OSError) as error:
        return str(troubles.explain(error, source))


def file_source(path: Path) -> Source:
    return Source(kind=SourceKind.FILE, address=str(path))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("zero.mp4", lambda v: b"", "is empty"),
        ("text.mp4", lambda v: b"hello world\n" * 500, NO_VIDEO),
        ("10.mp4", lambda v: v["mp4"][: len(v["mp4"]) // 10], NO_VIDEO),
        ("90.mp4", lambda v: v["mp4"][: len(v["mp4"]) * 9 // 10], NO_VIDEO),
        ("concat.mp4", lambda v: b"ffconcat version 1.0\nfile good.mp4\n", NO_VIDEO),
        ("hls.mp4", lambda v: b"#EXTM3U\n#EXTINF:10,\n/etc/passwd\n", NO_VIDEO),
        (
            "codec.mkv",
            lambda v: v["mkv"].replace(b"V_MPEG4/ISO/ASP", b"V_MPEG9/ISO/ASP"),
            "of a kind that is not known here",
        ),
        # Matroska says all that is needed at its beginning: what is there is played.
        ("half.mkv", lambda v: v["mkv"][: len(v["mkv"]) // 2], "works: 320 x 180"),
    ],
)
def test_a_damaged_file_is_said(
    videos: dict[str, bytes],
    tmp_path: Path,
    name: str,
    content: Callable[[dict[str, bytes]], bytes],
    says: str,
) -> None:
    (tmp_path / name).write_bytes(content(videos))
    sentence = said_of(file_source(tmp_path / name))
    assert says in sentence
    # What is wrong, and what to do.
    assert "works" in sentence or sentence.count(". ") >= 1


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    assert "There is no file" in said_of(file_source(tmp_path / "none.mp4"))
    assert "is not a file" in said_of(file_source(tmp_path))


def test_sound_alone_is_said(tmp_path: Path) -> None:
    write_sound(tmp_path / "sound.mp4")
    assert "contains no video" in said_of(file_source(tmp_path / "sound.mp4"))


@pytest.mark.parametrize(("frames", "size"), [(1, (320, 180)), (3, (2, 2))])
def test_odd_videos_work(tmp_path: Path, frames: int, size: tuple[int, int]) -> None:
    write_video(tmp_path / "odd.mkv", frames, size)
    assert "works" in said_of(file_source(tmp_path / "odd.mkv"))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file:///etc/passwd", SCHEME),
        ("concat:/etc/passwd", SCHEME),
        ("subfile,,start,0,end,9,,:/etc/passwd", SCHEME),
        ("data:text/plain,x", SCHEME),
        ("pipe:0", SCHEME),
        ("-i", SCHEME),
        ("rtsp://", "names no host"),
        ("rtsp://127.0.0.1:99999/x", "wrong port or host"),
        ("rtsp://127.0.0.1:9/x\r\nA: b", "too long or contains spaces"),
        ("rtsp://" + "a" * 10_000, "too long"),
        ("rtsp://127.0.0.1:9/x", "refuses the connection"),
        ("rtsp://no.such.host.invalid/x", "cannot be found or reached"),
    ],
)
def test_a_wrong_address_is_said(address: str, says: str) -> None:
    sentence = said_of(Source(kind=SourceKind.RTSP, address=address))
    assert says in sentence
    assert "passwd" not in sentence
    assert sentence.count(". ") >= 1


def test_a_probe_tells_the_same_from_its_own_process(
    videos: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "10.mp4").write_bytes(videos["mp4"][:200])
    outcome = probe(file_source(tmp_path / "10.mp4"))
    assert not outcome.ok
    assert NO_VIDEO in outcome.sentence
    (tmp_path / "good.mp4").write_bytes(videos["mp4"])
    outcome = probe(file_source(tmp_path / "good.mp4"))
    assert (outcome.ok, outcome.width, outcome.height) == (True, 320, 180)
    assert outcome.jpeg.startswith(b"\xff\xd8")
