"""``watchpost demo --headless`` as a user runs it: counts, figures and a picture."""

import json
import subprocess
import sys
from pathlib import Path

import cv2


def demo(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "watchpost", "demo", "--headless"),
            *("--data", str(tmp_path / "site")),
            *arguments,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )


def test_it_detects_counts_and_draws_the_wall(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--seconds", "60", "--json", str(tmp_path / "demo.json"))
    assert ran.returncode == 0, ran.stderr
    assert "First live detections" in ran.stdout
    said = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert said["results"] > 20
    assert {"Bus 12, front door", "Shelf B2"} <= {c["name"] for c in said["cameras"]}
    bus = next(c for c in said["cameras"] if c["name"].startswith("Bus 12"))
    assert bus["lines"][0]["true"] is not None
    picture = cv2.imread(said["picture"])
    assert picture is not None
    assert picture.shape == (900, 1600, 3)
    # Tiles with moving pictures, not an empty window.
    assert picture[150:450, 100:650].std() > 20


def test_no_time_is_refused_with_a_sentence(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--seconds", "0")
    assert ran.returncode == 2
    assert "no time to run for" in ran.stderr
    assert not (tmp_path / "site").exists()
