"""Results of the ugly suite kept one by one, so that a long run can go on where it ended.

A text file of JSON lines: first what was measured, then a line for each condition.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from watchpost.base.errors import ConfigError
from watchpost.learning.evaluation.ugly_result import ConditionResult
from watchpost.learning.evaluation.windows import Accuracy, Failures


class Journal:
    """The file of one run. One thread.

    Args:
        path: The file; it is made where there is none.
        measured: What the run measures, plain values: results of another run are no use.

    Raises:
        ConfigError: The file is of another run, or no such file at all.
        OSError: It cannot be read or written.
    """

    def __init__(self, path: Path, measured: Mapping[str, Any]) -> None:
        self._path = path
        self.known: dict[str, ConditionResult] = {}
        """Results that are there already, by the condition's name."""
        lines = self._whole_lines()
        if not lines:
            self._write(json.dumps({"measured": measured}), "w")
            return
        try:
            first = json.loads(lines[0]).get("measured")
            found = [_result(json.loads(line)) for line in lines[1:]]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigError(
                f"{path} holds no results of the ugly suite.",
                todo="Give --resume another file name.",
            ) from error
        if first != json.loads(json.dumps(measured)):
            raise ConfigError(
                f"{path} holds results of another video, model, version or window.",
                todo="Give --resume another file name, or delete the file.",
            )
        self.known = {row.name: row for row in found}
        # What a cut run left of its last line goes.
        self._write("\n".join(lines), "w")

    def add(self, row: ConditionResult) -> None:
        """Keep a result; one that could not be measured is tried again next time."""
        if row.severity and not row.problem and row.name not in self.known:
            self.known[row.name] = row
            self._write(json.dumps(asdict(row)), "a")

    def _whole_lines(self) -> list[str]:
        if not self._path.exists():
            return []
        text = self._path.read_text(encoding="utf-8", errors="replace")
        return text[: text.rfind("\n") + 1].splitlines()

    def _write(self, text: str, mode: str) -> None:
        with self._path.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())


def _result(values: dict[str, Any]) -> ConditionResult:
    directions = values["directions"].items()
    fields = values | {
        "accuracy": _accuracy(values["accuracy"]),
        "directions": {name: _accuracy(found) for name, found in directions},
        "failures": Failures(**values["failures"]),
        "troubles": tuple(values["troubles"]),
    }
    return ConditionResult(**fields)


def _accuracy(values: dict[str, Any] | None) -> Accuracy | None:
    return None if values is None else Accuracy(**values)
