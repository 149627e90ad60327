from __future__ import annotations

import subprocess
import sys

import pytest

# Pictures of all sizes come and go while small things stay between them.
PROGRAM = """
import random
import sys
import psutil
if sys.argv[1] == "steady":
    from watchpost.base.heap import steady_heap
    steady_heap()
dice = random.Random(1)
kept, pictures = [], [bytearray(4_000_000)]
pictures.pop()
for _ in range(400):
    pictures.append(bytearray(dice.randrange(300_000, 3_000_000)))
    kept.append(bytearray(20_000))
    if len(pictures) > 60:
        pictures.pop(dice.randrange(60))
del pictures[:]
print(psutil.Process().memory_info().rss - sum(len(b) for b in kept + pictures))
"""


def waste(how: str) -> int:
    """Return bytes in memory that nothing uses."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other heaps")
def test_freed_pictures_are_given_back() -> None:
    assert waste("steady") + (20 << 20) < waste("as it comes")
