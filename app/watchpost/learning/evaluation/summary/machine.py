"""The computer that something was measured on, in words."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import onnxruntime
import psutil

_CPU = Path("/proc/cpuinfo")
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer.

    Attributes:
        system: Operating system and architecture.
        cpu: The processor's name.
        cores: Logical cores.
        python, onnxruntime: Versions.
        busy: Cores that other programs kept busy when it was looked at; times that were
            measured beside them are too long.
    """

    system: str
    cpu: str
    cores: int
    python: str
    onnxruntime: str
    busy: float


def this_machine() -> Machine:
    """Return what there is to say about this computer; its name is not.

    Looks for half a second, and is to be called while this process does nothing else.
    """
    cores = os.cpu_count() or 1
    return Machine(
        f"{platform.system()} {platform.machine()}".strip(),
        _cpu_name(),
        cores,
        platform.python_version(),
        str(onnxruntime.__version__),
        psutil.cpu_percent(_LOOK_S) / 100 * cores,
    )


def _cpu_name() -> str:
    try:
        lines = _CPU.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name" and value.strip():
            return value.strip()
    return platform.processor() or platform.machine() or "not known"
