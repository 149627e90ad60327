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


AGAIN = """
import resource
import sys
from watchpost.base.heap import roomy_heap, steady_heap
steady_heap()
if sys.argv[1] == "roomy":
    roomy_heap()
def fresh_pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
bytearray(4_000_000)
before = fresh_pages()
for _ in range(50):
    bytearray(4_000_000)
print(fresh_pages() - before)
"""


def fresh_pages(how: str) -> int:
    """Return pages that the system had to clear for blocks of the same size."""
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, how], capture_output=True, check=True, timeout=60
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other heaps")
def test_a_training_takes_the_same_blocks_again() -> None:
    assert fresh_pages("roomy") * 10 < fresh_pages("steady")
