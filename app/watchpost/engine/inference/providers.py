"""Which of ONNX Runtime's execution providers runs a model: the fastest that really can.

They are tried in order. ONNX Runtime itself goes over to the processor without a word when
an accelerator's driver or library is missing; here that is a state that people see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

CPU = "CPUExecutionProvider"
ORDER = (
    "CUDAExecutionProvider",
    "DmlExecutionProvider",
    "OpenVINOExecutionProvider",
    "CoreMLExecutionProvider",
    CPU,
)
_TITLES = {
    "CUDAExecutionProvider": "CUDA",
    "DmlExecutionProvider": "DirectML",
    "OpenVINOExecutionProvider": "OpenVINO",
    "CoreMLExecutionProvider": "CoreML",
    CPU: "CPU",
}

OpenSession = Callable[[str], Any]
"""Opens a session on one provider, with the processor for what that one cannot do."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and where it runs.

    Attributes:
        session: ONNX Runtime's own.
        provider: By ONNX Runtime's name.
        failures: For each provider that should have been it: its name and why not.
    """

    session: Any
    provider: str
    failures: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """The provider's name for people."""
        return title(self.provider)

    @property
    def fallback(self) -> str:
        """What serves instead of what and why, one sentence; empty: the first choice."""
        if not self.failures:
            return ""
        causes = "; ".join(f"{title(name)}: {why}" for name, why in self.failures)
        return (
            f"{self.title} serves instead of {title(self.failures[0][0])} ({causes})."
        )


def title(provider: str) -> str:
    """Return a provider's name for people."""
    return _TITLES.get(provider, provider.removesuffix("ExecutionProvider"))


def choices(available: Sequence[str]) -> tuple[str, ...]:
    """Return the providers of this installation that are worth trying, best first."""
    return tuple(name for name in ORDER if name in available or name == CPU)


def open_first(
    wanted: Sequence[str],
    open_session: OpenSession,
    failures: tuple[tuple[str, str], ...] = (),
) -> Opened:
    """Open a session on the first provider that takes the model.

    Args:
        wanted: Provider names in order; the last one's failure is the caller's.
        open_session: Opens a session on one of them.
        failures: What was tried before.

    Raises:
        Exception: Whatever the last provider raises.
    """
    *others, last = wanted
    for name in others:
        try:
            session = open_session(name)
        except Exception as error:  # noqa: BLE001 - drivers raise anything
            failures = (*failures, (name, first_line(error)))
            continue
        if name in session.get_providers():
            return Opened(session, name, failures)
        failures = (*failures, (name, "its driver or a library is missing"))
    return Opened(open_session(last), last, failures)


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, printable and at most 200 letters."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(c for c in lines[0] if c.isprintable())[:200]
