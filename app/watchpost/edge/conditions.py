"""What is wrong now, of everything an edge knows; the alarms decide what rings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchpost.base.clock import datetime_from_ns
from watchpost.domain.alarming import Condition
from watchpost.domain.alarms import AlarmKind
from watchpost.domain.cameras import CameraState
from watchpost.domain.coverage import NotAnalysed
from watchpost.domain.quality import REMEDY, WHAT
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.edge import EdgeSettings
from watchpost.protocol.health import HealthSample
from watchpost.store.disk import StorageReport, StorageState

_HOT_MARGIN_C = 5.0

_WHY_NOT = {
    NotAnalysed.CAMERA_AWAY: "no frames come",
    NotAnalysed.NO_CAPACITY: "this computer is overloaded",
    NotAnalysed.WORKER_RESTART: "inference workers are restarting",
    NotAnalysed.MODEL_SWAP: "another model is being loaded",
    NotAnalysed.NO_MODEL: "there is no model that can serve",
    NotAnalysed.POISON_FRAME: "its frames stop the inference workers",
    NotAnalysed.SCHEDULE: "too few looks a second are allowed",
}


@dataclass(frozen=True, slots=True)
class CameraCheck:
    """One camera as the alarms look at it.

    Attributes:
        status: How it is.
        enabled, record: What it should do.
        not_analysed: Why nobody looks at it now, or None.
        recording_trouble: Why it cannot record, or empty.
    """

    status: CameraStatus
    enabled: bool
    record: bool
    not_analysed: NotAnalysed | None
    recording_trouble: str


def of_camera(check: CameraCheck) -> Iterator[Condition]:
    """Yield what is wrong with a camera."""
    status, camera_id = check.status, check.status.camera_id
    if not check.enabled:
        return
    if status.state is not CameraState.LIVE:
        text = f"No video. {status.sentence}".strip()
        yield Condition(AlarmKind.NO_VIDEO, camera_id, text)
        return
    if check.not_analysed is not None:
        why = _WHY_NOT.get(check.not_analysed, check.not_analysed.value)
        yield Condition(AlarmKind.NOT_ANALYSED, camera_id, f"Not analysed: {why}")
    if status.untrusted_since_ns is not None and status.quality:
        yield Condition(AlarmKind.PICTURE, camera_id, _untrusted(status))
    if check.record and not status.recording:
        text = f"Not recorded. {check.recording_trouble}".strip()
        yield Condition(AlarmKind.RECORDING_STOPPED, camera_id, text)
    fps = status.nominal_fps or status.fps
    if fps and status.latency_p95_ms is not None:
        budget_ms = 1000.0 / fps
        if status.latency_p95_ms > budget_ms:
            yield Condition(
                AlarmKind.LATENCY,
                camera_id,
                f"Latency over frame budget: p95 {status.latency_p95_ms:.0f} / "
                f"{budget_ms:.0f} ms",
            )


def _untrusted(status: CameraStatus) -> str:
    assert status.untrusted_since_ns is not None
    begin = datetime_from_ns(status.untrusted_since_ns).astimezone()
    worst = status.quality[0]
    what = WHAT[worst]
    return (
        f"{what[0].upper()}{what[1:]}; counts from {begin:%H:%M} on are not to be "
        f"trusted. {REMEDY[worst]}"
    )


def of_edge(
    edge_id: str,
    *,
    storage: StorageReport,
    sample: HealthSample,
    settings: EdgeSettings,
    model_trouble: str,
) -> Iterator[Condition]:
    """Yield what is wrong with the edge itself."""
    free_gib = sample.disk_free_gib.value
    if storage.state is StorageState.FAILING:
        yield Condition(AlarmKind.STORAGE, edge_id, storage.sentence)
    if storage.state is StorageState.FULL:
        yield Condition(AlarmKind.DISK_FULL, edge_id, storage.sentence)
    elif free_gib is not None and free_gib < settings.min_free_gib:
        yield Condition(
            AlarmKind.DISK_FULL,
            edge_id,
            f"Disk: {free_gib:.1f} GiB free, limit {settings.min_free_gib:.1f} GiB",
        )
    heat = sample.temperature_c
    if (
        heat.value is not None
        and heat.limit is not None
        and heat.value > heat.limit - _HOT_MARGIN_C
    ):
        yield Condition(
            AlarmKind.TEMPERATURE,
            edge_id,
            f"CPU {heat.value:.0f} / {heat.limit:.0f} °C",
        )
    if model_trouble:
        yield Condition(AlarmKind.MODEL_QUARANTINED, edge_id, model_trouble)
