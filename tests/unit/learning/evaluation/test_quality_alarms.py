"""False alarms: a steady made clip gives none, one that goes dark does."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from watchpost.cli import main
from watchpost.domain.quality import QualityTrouble
from watchpost.learning.evaluation.quality_alarms import (
    DAY_S,
    CleanClip,
    alarm_rate,
    watch_clean,
)

_SIZE = (240, 320, 3)


def _clip(path: Path, seconds: int, dark_from: int | None = None) -> Path:
    rng = np.random.default_rng(3)
    scene = rng.integers(30, 230, (30, 40, 3), dtype=np.uint8)
    scene = scene.repeat(8, axis=0).repeat(8, axis=1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = _SIZE[1], _SIZE[0], "yuv420p"
        stream.bit_rate = 4_000_000
        for index in range(2 * seconds):
            noise = rng.integers(0, 8, _SIZE, dtype=np.uint8)
            is_dark = dark_from is not None and index >= 2 * dark_from
            bgr = noise if is_dark else scene + noise
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(bgr, format="bgr24"))
            )
        container.mux(stream.encode())
    return path


def test_a_steady_clip_that_begins_again_rings_no_alarm(tmp_path: Path) -> None:
    found = watch_clean(_clip(tmp_path / "clean.mkv", 6), 90)
    assert (found.video, found.seconds, found.alarms) == ("clean.mkv", 90, ())


def test_a_clip_that_goes_dark_rings_one_each_time(tmp_path: Path) -> None:
    found = watch_clean(_clip(tmp_path / "dark.mkv", 60, dark_from=30), 60)
    assert [trouble for _, trouble in found.alarms] == [QualityTrouble.DARK]
    assert 30 <= found.alarms[0][0] <= 40


def test_the_rate_says_how_sure_it_is() -> None:
    none = alarm_rate([CleanClip("a", round(DAY_S), (), ())])
    # The rule of three, exactly: -ln 0.05.
    assert none.value == 0.0
    assert none.high == pytest.approx(2.9957, abs=1e-3)
    one = CleanClip("b", round(DAY_S / 2), ((9, QualityTrouble.DARK),), ())
    rate = alarm_rate([one, one])
    assert rate.value == 2.0
    assert rate.high == pytest.approx(6.2958, abs=1e-3)


def test_the_command_tells_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = _clip(tmp_path / "clean.mkv", 3)
    dark = _clip(tmp_path / "dark.mkv", 40, dark_from=20)
    outcome = tmp_path / "q.json"
    wish = ["evaluate", "quality", "--minutes", "0.67", "--json", str(outcome)]
    assert main([*wish, str(clean)]) == 0
    assert "0 alarms" in capsys.readouterr().out
    assert main([*wish, str(clean), str(dark)]) == 1
    assert "dark at" in capsys.readouterr().out
    record = json.loads(outcome.read_text(encoding="utf-8"))
    assert [len(c["alarms"]) for c in record["clips"]] == [0, 1]
    assert main([*wish, str(tmp_path / "none.mkv")]) not in (0, 1)
    assert main(["evaluate", "quality", str(clean), "--minutes", "0"]) not in (0, 1)
