"""Waits for a child that runs foreign content, and kills it when it takes too much.

Time and memory are polled with psutil, the same on every platform: a child that fills
memory is noticed some hundredths of a second after it passes the limit, long before a
computer is out of it. Time is the child's own processor time, so that a busy computer
refuses no good model; a child that only waits is given three times as long.
"""

from __future__ import annotations

import psutil

from watchpost.base.channel import ChannelClosedError, Message
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import ModelError
from watchpost.base.processes import Child

MEMORY_LIMIT_BYTES = 2 << 30
_POLL_S = 0.02
_WAITING_FACTOR = 3.0


def await_answer(child: Child, limit_s: float, name: str) -> Message:
    """Return the child's next message.

    Args:
        child: Not killed here: its owner does, whatever happens.
        limit_s: Seconds of processor time it may take from now on.
        name: What to call the model in sentences.

    Raises:
        ModelError: It took or ate too much, or crashed.
    """
    end_ns = SYSTEM_CLOCK.monotonic_ns() + round(_WAITING_FACTOR * limit_s * NS_PER_S)
    try:
        process = psutil.Process(child.pid)
        end_s = _processor_s(process) + limit_s
        while SYSTEM_CLOCK.monotonic_ns() < end_ns and _processor_s(process) < end_s:
            got = child.channel.receive(_POLL_S)
            if got is not None:
                return got[0]
            if _memory_bytes(process) > MEMORY_LIMIT_BYTES:
                raise ModelError(
                    f"{name} needs more than {MEMORY_LIMIT_BYTES >> 20} MiB of memory.",
                    todo="Export a smaller model.",
                    code="model.memory",
                )
    except (ChannelClosedError, psutil.Error) as error:
        raise ModelError(
            f"{name} makes ONNX Runtime crash.",
            todo="Export it again with a current exporter.",
            code="model.crash",
        ) from error
    raise ModelError(
        f"{name} did not answer within {limit_s:.0f} seconds.",
        todo="Use a smaller model, or export it without control flow.",
        code="model.too_slow",
    )


def _processor_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _memory_bytes(process: psutil.Process) -> int:
    usage = process.memory_info()
    # Windows alone tells what a process was promised, in use or not.
    return max(usage.rss, getattr(usage, "private", 0))
