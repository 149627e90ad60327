"""Write the lock files anew from pyproject.toml; run with uv installed, then test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent
ROOT = LOCK.parents[1]
COMMON = [
    "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
    "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate",
    "--upgrade", "--custom-compile-command", "packaging/lock/update.py",
]  # fmt: skip


def lock(name: str, *inputs: str, text: str | None = None) -> None:
    """Compile one lock file; every distribution in it is pinned by hash."""
    command = [*COMMON, *inputs, "--output-file", str(LOCK / name)]
    subprocess.run(command, cwd=ROOT, input=text, text=True, check=True)


def main() -> int:
    """Lock what a console needs, what its tests add, and what builds the package."""
    lock("run.txt", "--extra", "console", "pyproject.toml")
    lock(
        "test.txt", "--extra", "console", "--group", "test",
        "--constraint", "packaging/lock/run.txt", "pyproject.toml",
    )  # fmt: skip
    lock("build.txt", "-", text="hatchling\neditables\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
