"""``watchpost bench`` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path


def bench(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watchpost", "bench", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=110,
        check=False,
    )


def test_cameras_are_recorded_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    ran = bench(tmp_path, "--only", "record", "--seconds", "1", "--json", str(path))
    # 1: a cost misses its target on a busy computer; that is measured, not failed.
    assert ran.returncode in (0, 1), ran.stderr
    rows = {r["name"]: r for r in json.loads(path.read_text(encoding="utf-8"))}
    assert rows["record.cameras"]["within"] is True
    assert rows["record.lost"]["measured"] == 0
    assert set(rows["record"]) == {
        *("name", "unit", "measured", "spread", "target", "within", "note"),
    }
    assert "record.lost" in ran.stdout


def test_an_unknown_measurement_is_refused_with_a_sentence(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--only", "speed")
    assert ran.returncode == 2
    assert "There is no measurement called speed." in ran.stderr
