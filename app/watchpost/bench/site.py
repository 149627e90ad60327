"""A site to measure: a real edge in its own process and cameras that need no hardware."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.base.errors import ConfigError
from watchpost.base.paths import DataFolder
from watchpost.client.edge import EdgeClient
from watchpost.client.local import LocalEdge
from watchpost.domain.cameras import CameraState, SourceKind
from watchpost.edge.models import shipped_model
from watchpost.edge.truth import scene_lines
from watchpost.engine.inference.model import ModelInfo
from watchpost.protocol.cameras import Camera, CameraSpec, SourceSpec
from watchpost.protocol.models import ActivateModel

FPS = 15.0
SCENES = ("bus_door", "street", "shelf", "conveyor")
_START_S = 120.0
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Site:
    """A running edge.

    Attributes:
        folder: Its data.
        client: Speaks to it.
        pid: Its process.
    """

    folder: DataFolder
    client: EdgeClient
    pid: int


def moving_cameras(count: int = 4) -> tuple[SourceSpec, ...]:
    """Return simulated cameras in which something always moves."""
    return tuple(
        SourceSpec(
            kind=SourceKind.SIMULATED,
            address=SCENES[number % len(SCENES)],
            fps=FPS,
            seed=1 + number // len(SCENES),
        )
        for number in range(count)
    )


@contextmanager
def running_site(info: ModelInfo, sources: Sequence[SourceSpec]) -> Iterator[Site]:
    """Run ``watchpost edge`` with these cameras until the end of the block.

    Args:
        info: The model that serves.
        sources: One camera each; recorded, with the lines of its scene.

    Yields:
        The site, once every camera is live and was looked at.

    Raises:
        WatchpostError: The edge, a camera or the model does not come up.
    """
    with tempfile.TemporaryDirectory(
        prefix="watchpost-bench-", ignore_cleanup_errors=True
    ) as place:
        folder = DataFolder(Path(place) / "edge")
        edge = LocalEdge(folder)
        try:
            client = EdgeClient(edge.open(_START_S))
            try:
                assert edge.pid is not None
                site = Site(folder, client, edge.pid)
                _serve_with(client, info)
                for number, source in enumerate(sources, 1):
                    client.add_camera(_camera(number, source))
                _wait("The cameras", lambda: all(map(_is_watched, client.cameras())))
                yield site
            finally:
                client.close()
        finally:
            edge.close()


def wait_s(seconds: float) -> None:
    """Let time pass."""
    SYSTEM_CLOCK.sleep(seconds)


def _camera(number: int, source: SourceSpec) -> CameraSpec:
    lines = scene_lines(source) if source.kind is SourceKind.SIMULATED else ()
    return CameraSpec(name=f"Bench {number}", number=number, source=source, lines=lines)


def _serve_with(client: EdgeClient, info: ModelInfo) -> None:
    """Have the model serve; the shipped one does by itself."""
    _wait_for_shipped(client)
    known = {record.sha256: record for record in client.models()}
    record = known.get(info.sha256)
    if record is None:
        record = client.add_model(info.path.stem, info.path.read_bytes())
    if record.state != "active":
        client.activate_model(record.id, ActivateModel())
    _wait("The workers", lambda: client.health().workers_alive > 0)


def _wait_for_shipped(client: EdgeClient) -> None:
    """An edge tries its shipped model first; another one waits for that."""
    if shipped_model() is not None:
        _wait("The model", lambda: any(r.state == "active" for r in client.models()))


def _is_watched(camera: Camera) -> bool:
    status = camera.status
    return status.state is CameraState.LIVE and bool(status.analysed_fps)


def _wait(what: str, question: Callable[[], bool]) -> None:
    end_ns = SYSTEM_CLOCK.monotonic_ns() + round(_START_S * NS_PER_S)
    while not question():
        if SYSTEM_CLOCK.monotonic_ns() > end_ns:
            raise ConfigError(
                f"{what} did not come up within {_START_S:.0f} seconds.",
                todo="Measure again when less is running on this computer.",
                code="bench.slow",
            )
        SYSTEM_CLOCK.sleep(_POLL_S)
