"""Workers that are killed, stopped, crash or spin, for real; what it costs is printed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.models import info, write_detector
from support.sites import PoolSite
from watchpost.domain.coverage import NotAnalysed
from watchpost.engine.inference.jobs import Analysed, NotDone

POISON = 255
GOOD = 128

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="injects faults by POSIX signals"
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PoolSite]:
    model = info(write_detector(tmp_path / "spins.onnx", spins=True))
    with PoolSite(tmp_path, model, cameras=2) as site:
        yield site


def settle(site: PoolSite) -> None:
    """Wait until the spare is warm again, so that the next loss finds it."""
    site.wait_until(site.is_complete)


@pytest.mark.parametrize("fault", ["SIGKILL", "SIGSTOP", "SIGSEGV"])
def test_idle_workers_are_replaced_within_a_second(site: PoolSite, fault: str) -> None:
    spent_s = []
    for _ in range(3):
        settle(site)
        for pid in site.pool.pids():
            os.kill(pid, getattr(signal, fault))
        spent_s.append(site.seconds_to_next_result())
    print(f"{fault}: next result after {[f'{s * 1000:.0f} ms' for s in spent_s]}")
    assert max(spent_s) < 1.0
    assert site.pool.status().replaced >= 3
    assert site.quarantined == []


def test_spinning_worker_costs_its_frame_and_less_than_a_second(site: PoolSite) -> None:
    site.put_to_work(POISON)
    spent_s = site.seconds_to_next_result()
    print(f"spinning: next result after {spent_s * 1000:.0f} ms")
    assert spent_s < 1.0
    assert site.pool.status().replaced == 1
    assert site.pool.status().last_recovery_ms is not None
    assert (site.pool.status().provider, site.pool.status().fallback) == ("CPU", "")


def test_poison_frame_is_recorded_and_never_tried_again(site: PoolSite) -> None:
    outcome = site.show_and_wait(POISON)
    assert isinstance(outcome, NotDone)
    assert outcome.reason is NotAnalysed.POISON_FRAME
    assert isinstance(site.show_and_wait(GOOD), Analysed)
    assert site.pool.status().replaced == 1


def test_worker_stopped_at_work_is_replaced_and_the_model_not_blamed(
    site: PoolSite,
) -> None:
    before = {pid: psutil.Process(pid).cpu_times().user for pid in site.pool.pids()}
    site.put_to_work(POISON)
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    spent_s = site.seconds_to_next_result()
    print(f"stopped at work: next result after {spent_s * 1000:.0f} ms")
    assert spent_s < 1.0


def test_other_camera_loses_nothing(site: PoolSite) -> None:
    site.put_to_work(POISON)
    for _ in range(10):
        assert isinstance(site.show_and_wait(camera=1, timeout_s=1.0), Analysed)
    # The frame that spins was in work all the while or is done with by now.
    site.wait_until(lambda: len(site.outcomes) == 11, 2.0)


def test_stopped_spare_is_noticed(site: PoolSite) -> None:
    for pid in (*site.pool.pids(), *site.pool.crew.pids()):
        os.kill(pid, signal.SIGSTOP)
    spent_s = site.seconds_to_next_result()
    print(f"all stopped, spare too: next result after {spent_s * 1000:.0f} ms")
    settle(site)


def test_three_kills_by_one_model_quarantine_it_and_a_swap_ends_that(
    site: PoolSite, tmp_path: Path
) -> None:
    for _ in range(3):
        outcome = site.show_and_wait(POISON)
        assert isinstance(outcome, NotDone)
    site.wait_until(lambda: bool(site.quarantined))
    model, sentence = site.quarantined[0]
    assert model == site.pool.model
    assert "3 times" in sentence
    assert site.pool.status().paused
    good = info(write_detector(tmp_path / "good.onnx"))
    site.pool.swap(good)
    outcome = site.show_and_wait(POISON)
    assert isinstance(outcome, Analysed)
    assert outcome.model_sha256 == good.sha256
    assert not site.pool.status().paused
    assert len(site.quarantined) == 1


def test_file_that_changed_is_refused_at_the_next_load(
    site: PoolSite, tmp_path: Path
) -> None:
    path = site.pool.model.path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.kill(site.pool.crew.pids()[0], signal.SIGKILL)
    site.wait_until(lambda: bool(site.quarantined))
    assert "has changed or is damaged" in site.quarantined[0][1]
    # The workers that had loaded it before go on.
    assert isinstance(site.show_and_wait(GOOD), Analysed)


def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    write_detector(tmp_path / "good.onnx")
    program = textwrap.dedent(
        """
        import sys, threading
        from pathlib import Path
        from support.models import info
        from support.sites import PoolSite
        if __name__ == "__main__":
            folder = Path(sys.argv[1])
            with PoolSite(folder, info(folder / "good.onnx")) as site:
                print(*site.pool.pids(), *site.pool.crew.pids(), flush=True)
                threading.Event().wait()
        """
    )
    script = tmp_path / "parent.py"
    script.write_text(program, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    workers = [psutil.Process(pid) for pid in pids]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert len(workers) == 3
    _, alive = psutil.wait_procs(workers, timeout=10.0)
    assert alive == []
