"""Look at a source once, in a process that may hang or crash: is it there, what is it."""

from __future__ import annotations

from dataclasses import dataclass

from watchpost.domain.cameras import Source


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What a look at a source found.

    Attributes:
        ok: A picture was decoded.
        sentence: What was found, or what is wrong and what to do.
        code: Stable name of the trouble; empty when ok.
        width, height: Pixels.
        codec: FFmpeg's name of the codec.
        fps: Frames a second, stated or measured, or None.
        jpeg: The first picture; empty when there is none.
    """

    ok: bool
    sentence: str
    code: str = ""
    width: int = 0
    height: int = 0
    codec: str = ""
    fps: float | None = None
    jpeg: bytes = b""


def probe(source: Source, timeout_s: float = 8.0) -> ProbeOutcome:
    """Open a source, decode one picture and say what was found.

    Blocks for at most ``timeout_s`` and a little; safe on any thread. Never raises for
    trouble with the source: that is the outcome.
    """
    raise NotImplementedError
