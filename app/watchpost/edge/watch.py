"""Takes the edge's figures and tells what is wrong, once a second."""

from __future__ import annotations

from collections.abc import Iterator

from watchpost.base.clock import NS_PER_S
from watchpost.domain.alarming import Condition
from watchpost.edge.alarms import AlarmBook
from watchpost.edge.analysis import Analysis
from watchpost.edge.cameras import Cameras
from watchpost.edge.conditions import CameraCheck, of_camera, of_edge
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.models import ModelShelf
from watchpost.edge.retention import Retention
from watchpost.edge.settings import SettingsDesk
from watchpost.engine.health import HealthSampler
from watchpost.protocol.cameras import CameraStatus
from watchpost.protocol.health import HealthSample, Reading, Series
from watchpost.protocol.live import HealthUpdate

_DAYS_EVERY_NS = 60 * NS_PER_S
_NOTHING_YET = "Nothing was analysed in the last seconds."
_NO_MODEL = "There is no model that can serve."


class Watch:
    """The edge's health, now and over time. ``take`` belongs to one thread.

    Args:
        room: Shared parts.
        cameras: Whose figures are taken.
        analysis: The inference pool.
        shelf: The models.
        alarms: Told everything that is wrong.
        retention: Says for how long recordings last.
        settings: The edge's settings.
        hardware: Reads the computer's own figures.
    """

    def __init__(
        self,
        room: EngineRoom,
        *,
        cameras: Cameras,
        analysis: Analysis,
        shelf: ModelShelf,
        alarms: AlarmBook,
        retention: Retention,
        settings: SettingsDesk,
        hardware: HealthSampler,
    ) -> None:
        self._room = room
        self._cameras = cameras
        self._analysis = analysis
        self._shelf = shelf
        self._alarms = alarms
        self._retention = retention
        self._settings = settings
        self._hardware = hardware
        self._days_left: float | None = None
        self._days_due_ns = 0
        self._newest = self._sample(())

    def newest(self) -> HealthSample:
        """Return the figures as they were a moment ago."""
        return self._newest

    def history(
        self,
        metric: str,
        *,
        camera_id: str | None,
        from_ns: int,
        to_ns: int,
        points: int,
    ) -> Series:
        """Return one figure over time."""
        return self._room.stores.health.series(
            metric, camera_id=camera_id, from_ns=from_ns, to_ns=to_ns, points=points
        )

    def take(self) -> None:
        """Take all figures, keep them, tell them, and ring what is to be rung."""
        statuses = tuple(camera.status() for camera in self._cameras.running())
        for camera in self._cameras.running():
            camera.publish()
        self._newest = self._sample(statuses)
        self._room.hub.publish(HealthUpdate(sample=self._newest))
        history = self._room.stores.health
        history.add(self._newest)
        for status in statuses:
            history.add_camera(status, self._newest.at_ns)
        self._alarms.observe(self._conditions())
        self._room.scheduler.hand_out_gaps()

    def _sample(self, statuses: tuple[CameraStatus, ...]) -> HealthSample:
        pool = self._analysis.status()
        analysed = [s.analysed_fps for s in statuses if s.analysed_fps is not None]
        hardware = self._hardware.sample()
        why_not = _NOTHING_YET if pool is not None else _NO_MODEL
        return HealthSample(
            at_ns=self._room.clock.utc_ns(),
            cpu_percent=hardware.cpu_percent,
            temperature_c=hardware.temperature_c,
            memory_percent=hardware.memory_percent,
            disk_percent=hardware.disk_percent,
            disk_free_gib=hardware.disk_free_gib,
            network_mbit_s=hardware.network_mbit_s,
            inference_ms=_reading((pool.p50_ms or None) if pool else None, why_not),
            analysed_per_s=_reading(sum(analysed) if analysed else None, why_not),
            workers_alive=pool.alive if pool else 0,
            workers_replaced=pool.replaced if pool else 0,
            last_recovery_ms=pool.last_recovery_ms if pool else None,
            recording_days_left=self._days(),
            provider=pool.provider if pool else "",
            fallback=pool.fallback if pool else "",
        )

    def _days(self) -> float | None:
        now_ns = self._room.clock.monotonic_ns()
        if now_ns >= self._days_due_ns:
            self._days_due_ns = now_ns + _DAYS_EVERY_NS
            self._days_left = self._retention.days_left(self._settings.settings())
        return self._days_left

    def _conditions(self) -> Iterator[Condition]:
        for camera in self._cameras.running():
            attention = self._room.scheduler.attention(camera.id)
            yield from of_camera(
                CameraCheck(
                    camera.status(),
                    camera.record.enabled,
                    camera.record.record,
                    attention.reason,
                    camera.recording_trouble,
                )
            )
        stores = self._room.stores
        yield from of_edge(
            stores.identity.id,
            storage=stores.database.storage,
            sample=self._newest,
            settings=self._settings.settings(),
            model_trouble=self._shelf.trouble,
        )


def _reading(value: float | None, why_not: str) -> Reading:
    return Reading(value=value, note="" if value is not None else why_not)
