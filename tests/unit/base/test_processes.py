from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

from support.children import echo, hang
from watchpost.base.channel import ChannelClosedError
from watchpost.base.processes import Child

PARENT = """
import threading
from support.children import hang
from watchpost.base.processes import Child

if __name__ == "__main__":
    print(Child("grandchild", hang).pid, flush=True)
    threading.Event().wait()
"""


def test_a_child_answers_and_ends_when_its_channel_closes() -> None:
    child = Child("echo", echo, ">")
    child.channel.send({"say": "hi"}, b"12")
    assert child.channel.receive(20.0) == ({"said": ">hi"}, b"12")
    child.stop()
    assert not child.is_alive()
    assert child.exit_code == 0


def test_a_hanging_child_is_killed_at_once() -> None:
    child = Child("hang", hang)
    assert child.channel.receive(20.0) == ({"hello": True}, b"")
    child.kill()
    assert not child.is_alive()
    with pytest.raises(ChannelClosedError):
        child.channel.send({"say": "anyone?"})


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is POSIX's")
def test_ctrl_c_is_the_parents_to_hear() -> None:
    child = Child("echo", echo, ">")
    child.channel.send({"say": "hi"}, b"")
    assert child.channel.receive(20.0)[0] == {"said": ">hi"}
    psutil.Process(child.pid).send_signal(signal.SIGINT)
    child.channel.send({"say": "there?"}, b"")
    assert child.channel.receive(20.0)[0] == {"said": ">there?"}
    child.stop()


def test_children_never_outlive_their_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        grandchild = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        gone, _ = psutil.wait_procs([grandchild], timeout=10.0)
    assert gone or grandchild.status() == psutil.STATUS_ZOMBIE
