"""Reports of the ugly suite that lie in a folder already; a run of it takes hours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class UglyFound:
    """The headline of one report.

    Attributes:
        name: The report's file name without its ending.
        report: Its Markdown file's name; empty where there is none.
        video: That was counted; empty where no figures lie beside the report.
        model_sha256: Of the model that counted it.
        clean: Count accuracy of the clean clip.
        rpc_count: Mean retention.
        silent: Silent failure rate over all windows.
        silent_worst: The same at severity 3.
        problem: Why the figures cannot be read.
    """

    name: str
    report: str = ""
    video: str = ""
    model_sha256: str = ""
    clean: float | None = None
    rpc_count: float | None = None
    silent: float | None = None
    silent_worst: float | None = None
    problem: str = ""


def find_ugly(folder: Path) -> tuple[UglyFound, ...]:
    """Return the reports ``ugly-*`` of a folder, by name; none is an answer."""
    files = [*folder.glob("ugly-*.md"), *folder.glob("ugly-*.json")]
    return tuple(_found(folder / name) for name in sorted({f.stem for f in files}))


def _found(path: Path) -> UglyFound:
    report, figures = (path.with_name(path.name + end) for end in (".md", ".json"))
    name = report.name if report.exists() else ""
    if not figures.exists():
        return UglyFound(path.name, name)
    try:
        raw = json.loads(figures.read_text(encoding="utf-8"))
        accuracy = raw["clean"]["accuracy"]
        return UglyFound(
            path.name,
            name,
            str(raw["video"]),
            str(raw["model_sha256"]),
            _number(accuracy["value"]) if accuracy else None,
            _number(raw["rpc_count"]),
            _number(raw["silent_failure_rate"]),
            _number(raw["silent_failure_rate_by_severity"]["3"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        return UglyFound(
            path.name,
            name,
            problem=f"{figures.name} holds no figures of the ugly suite ({error!r})",
        )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
