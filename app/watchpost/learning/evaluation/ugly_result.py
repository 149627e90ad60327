"""What the ugly suite found on one clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from watchpost.learning.evaluation.windows import Accuracy, Failures

CLEAN = "clean"
# What the suite asks for, by severity; worse is allowed where the camera says so itself.
WANTED_RETENTION = {1: 0.95, 2: 0.85, 3: 0.65}
WANTED_RPC = 0.80
WANTED_SILENT_RATE = 0.02


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """What became of the counts under one condition.

    Attributes:
        id: As in the suite, or ``clean``.
        title: In words.
        severity: 1, 2 or 3; 0 for the clean clip.
        amount: How much that is, in words.
        is_graded: Whether it is part of the mean retention.
        accuracy: Over both directions; None where nothing crossed or was counted.
        directions: The same by direction.
        retention: Accuracy beside the clean clip's; None where that is zero.
        failures: Windows that are off by more than a fifth.
        flagged_after_s: When the camera first was not green; None: never, or not watched.
        troubles: What the quality monitor said, most frequent first.
        frames, looks: Pictures that arrived, and that the detector saw.
        look_ms, look_ms_p95: Median and 95th percentile of a look, milliseconds.
        memory_mib: This process's memory after it.
        took_s: Wall time.
        problem: Why it was not measured; empty where it was.
    """

    id: str
    title: str
    severity: int
    amount: str
    is_graded: bool
    accuracy: Accuracy | None
    directions: Mapping[str, Accuracy | None]
    retention: float | None
    failures: Failures
    flagged_after_s: float | None
    troubles: tuple[str, ...]
    frames: int
    looks: int
    look_ms: float
    look_ms_p95: float
    memory_mib: float
    took_s: float
    problem: str = ""

    @property
    def name(self) -> str:
        """Its number and severity, such as ``U5.3``."""
        return self.id if not self.is_graded else f"{self.id}.{self.severity}"


@dataclass(frozen=True, slots=True)
class UglyResult:
    """The outcome of the suite on one clip.

    Attributes:
        video, model: File names.
        model_sha256: Of the model.
        window_s: Length of a window.
        rate: Most pictures a second that were played; None: all.
        seconds: How much of the clip was played.
        has_monitor: Whether a camera quality monitor watched.
        clean: The clip as it is.
        conditions: In the suite's order, severities rising.
    """

    video: str
    model: str
    model_sha256: str
    window_s: float
    rate: float | None
    seconds: float
    has_monitor: bool
    clean: ConditionResult
    conditions: tuple[ConditionResult, ...]

    @property
    def rpc_count(self) -> float | None:
        """Mean retention over what is graded; None where none of it was measured."""
        kept = [
            c.retention
            for c in self.conditions
            if c.is_graded and c.retention is not None
        ]
        return float(np.mean(kept)) if kept else None

    def retention_at(self, severity: int) -> float | None:
        """Mean retention of what is graded at one severity."""
        kept = [
            c.retention
            for c in self.conditions
            if c.is_graded and c.severity == severity and c.retention is not None
        ]
        return float(np.mean(kept)) if kept else None

    def silent_rate_at(self, severity: int | None) -> float | None:
        """Share of silent failures among the windows of one severity; None: of all."""
        rows = [
            c.failures
            for c in self.conditions
            if not c.problem
            and (severity is None or (c.is_graded and c.severity == severity))
        ]
        windows = sum(f.windows for f in rows)
        if not windows or any(f.silent is None for f in rows):
            return None
        return sum(f.silent or 0 for f in rows) / windows

    def record(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        fields = asdict(self)
        return fields | {
            "rpc_count": self.rpc_count,
            "retention_by_severity": {s: self.retention_at(s) for s in (1, 2, 3)},
            "silent_failure_rate": self.silent_rate_at(None),
            "silent_failure_rate_by_severity": {
                s: self.silent_rate_at(s) for s in (1, 2, 3)
            },
        }
