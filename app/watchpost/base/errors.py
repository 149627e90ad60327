"""What can go wrong, as one tree.

    WatchpostError
    ├── ConfigError        a setting, a command line or an input file is unusable
    ├── CaptureError       a camera, video file or picture folder cannot be read
    ├── ModelError         an ONNX file cannot be used
    ├── StoreError         the data folder or its database cannot be used
    ├── EdgeError          an edge answered with a refusal or not at all
    └── LearningError      a training or evaluation cannot go on

Each carries two sentences: what is wrong and what to do. Expected trouble (a camera that
is away) is a state, not an exception.
"""

from __future__ import annotations


class WatchpostError(Exception):
    """Something went wrong that a person can act on.

    Attributes:
        code: Stable machine-readable name, lower case with dots, such as ``model.layout``.
        what: One sentence that says what is wrong.
        todo: One sentence that says what to do.
    """

    default_code = "error"

    def __init__(self, what: str, *, todo: str, code: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.code = code or self.default_code

    def __str__(self) -> str:
        return f"{self.what} {self.todo}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments: pickling across a process boundary needs help.
        return (_rebuild, (type(self), self.what, self.todo, self.code))


def _rebuild(
    kind: type[WatchpostError], what: str, todo: str, code: str
) -> WatchpostError:
    return kind(what, todo=todo, code=code)


class ConfigError(WatchpostError):
    """A setting, a command line or an input file is unusable."""

    default_code = "config"


class CaptureError(WatchpostError):
    """A camera, video file or picture folder cannot be read."""

    default_code = "capture"


class ModelError(WatchpostError):
    """An ONNX file cannot be used."""

    default_code = "model"


class StoreError(WatchpostError):
    """The data folder or its database cannot be used."""

    default_code = "store"


class EdgeError(WatchpostError):
    """An edge answered with a refusal, or did not answer."""

    default_code = "edge"


class LearningError(WatchpostError):
    """A training or an evaluation cannot go on."""

    default_code = "learning"
