"""The edge: engine, store and API composed, started in order and ended in order."""

from __future__ import annotations

import threading

from watchpost.api.hub import LiveHub
from watchpost.api.services import Services
from watchpost.base.clock import SYSTEM_CLOCK, Clock
from watchpost.base.errors import WatchpostError
from watchpost.base.log import get_logger
from watchpost.base.paths import DataFolder
from watchpost.client.edge import EdgeAddress
from watchpost.domain.coverage import CoverageGap
from watchpost.edge.access import Access, write_token_file
from watchpost.edge.alarms import AlarmBook
from watchpost.edge.analysis import Analysis
from watchpost.edge.cameras import Cameras
from watchpost.edge.clips import ClipShelf
from watchpost.edge.coverage import CoverageTrack
from watchpost.edge.demo import fill_cameras, fill_history
from watchpost.edge.diagnostics import diagnostics_zip
from watchpost.edge.doors import LOOPBACK, Doors
from watchpost.edge.engine_room import EngineRoom
from watchpost.edge.fetching import CatalogueDesk
from watchpost.edge.inspection import Inspection, TodayVerdicts
from watchpost.edge.models import ModelShelf, Serving
from watchpost.edge.pairing import PairingDesk
from watchpost.edge.retention import Retention
from watchpost.edge.review import Review
from watchpost.edge.rounds import Round, Rounds
from watchpost.edge.settings import SettingsDesk, workers_of
from watchpost.edge.site import Site
from watchpost.edge.stores import Stores, open_stores
from watchpost.edge.totals import TodayTotals
from watchpost.edge.values import Values
from watchpost.edge.watch import Watch
from watchpost.engine.health import HealthSampler
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.model import ModelInfo
from watchpost.engine.scheduler import Scheduler
from watchpost.protocol.edge import EdgeSettings
from watchpost.protocol.live import CountsChanged, DisputesChanged

_CAMERAS_EVERY_S = 0.25
_FIGURES_EVERY_S = 1.0
_RETENTION_EVERY_S = 10.0

_log = get_logger(__name__)


class EdgeService:
    """One edge on one data folder.

    Cameras record from the first moment; the API answers at once; the model is tried
    beside them, and frames until then are accounted for as *no model*.

    Args:
        folder: Its data.
        listen: Host and port for consoles on other computers, or None.
        port: Loopback port; 0 takes the last one or any.
        demo: Make an empty folder the built-in demo site; a site in use stays as it is.
        clock: Time.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        listen: tuple[str, int] | None = None,
        port: int = 0,
        demo: bool = False,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.folder = folder
        self._listen = listen
        self._port = port
        self._demo = demo
        self._clock = clock
        self._stores: Stores | None = None
        self._doors: Doors | None = None
        self._cameras: Cameras | None = None
        self._analysis: Analysis | None = None
        self._catalogue: CatalogueDesk | None = None
        self._rounds: list[Rounds] = []
        self._model_thread: threading.Thread | None = None
        self._history_thread: threading.Thread | None = None

    @property
    def address(self) -> EdgeAddress:
        """Where consoles of this computer find it, once it was started."""
        assert self._doors is not None
        return EdgeAddress(f"http://{LOOPBACK}:{self._doors.port}", self._doors.token)

    def start(self) -> None:
        """Start everything; returns when the API answers.

        Raises:
            WatchpostError: It cannot run here, and why; nothing is left running.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything in order; harmless at any point of the start."""
        for rounds in self._rounds:
            rounds.stop()
        self._rounds.clear()
        if self._doors is not None:
            self._doors.close()
        if self._catalogue is not None:
            self._catalogue.stop()
        for thread in (self._model_thread, self._history_thread):
            if thread is not None:
                thread.join()
        if self._cameras is not None:
            self._cameras.stop()
        if self._analysis is not None:
            self._analysis.stop()
        if self._stores is not None:
            self._stores.health.flush()
            self._stores.close()
        self._stores = self._cameras = self._analysis = None

    def _start(self) -> None:
        stores = self._stores = open_stores(
            self.folder, demo=self._demo, clock=self._clock
        )
        if stores.identity.demo:
            fill_cameras(stores)
        doors = self._doors = Doors(
            self.folder,
            port=self._port,
            remote=self._listen,
            edge_id=stores.identity.id,
        )
        _clear_rings(self.folder)
        stores.segments.adopt_orphans()
        stores.coverage.edge_was_down(self._clock.utc_ns())
        desk = SettingsDesk(stores.settings, stores.identity, self._clock)
        room = self._make_room(stores, desk)
        cameras = self._cameras = Cameras(room)
        analysis, shelf = self._make_models(stores, desk, room, cameras)
        alarms = AlarmBook(
            stores.alarms,
            room.hub,
            name_of=cameras.name_of,
            site_name=lambda: desk.settings().name,
            clock=self._clock,
        )
        retention = Retention(stores.segments, self._clock)
        watch = Watch(
            room,
            cameras=cameras,
            analysis=analysis,
            shelf=shelf,
            alarms=alarms,
            retention=retention,
            settings=desk,
            hardware=HealthSampler(self.folder.root),
        )
        pairing = PairingDesk(
            stores.tokens,
            fingerprint=doors.remote.fingerprint if doors.remote else "",
            address=doors.remote.address if doors.remote else "",
            describe=desk.info,
            clock=self._clock,
        )
        catalogue = self._catalogue = CatalogueDesk(shelf, self.folder.models)
        services = Services(
            access=Access(doors.token, stores.tokens, self._clock),
            site=Site(desk, lambda: self._diagnostics(desk, cameras, alarms, watch)),
            pairing=pairing,
            cameras=cameras,
            alarms=alarms,
            review=Review(stores, room.totals, room.hub),
            values=Values(stores),
            inspection=Inspection(stores.verdicts),
            clips=ClipShelf(stores, cameras.name_of),
            health=watch,
            models=shelf,
            catalogue=catalogue,
            live=room.hub,
        )
        retention.prune(desk.settings())
        cameras.start()
        self._start_model(shelf)
        doors.open(services)
        write_token_file(self.folder, doors.port, doors.token)
        self._start_rounds(cameras, watch, retention, desk)
        if stores.identity.demo:
            self._start_history(stores, room)

    def _make_room(self, stores: Stores, desk: SettingsDesk) -> EngineRoom:
        coverage = CoverageTrack(stores.coverage)

        def not_looked(gap: CoverageGap) -> None:
            coverage.gap(gap)
            if self._cameras is not None:
                self._cameras.not_looked(gap)

        scheduler = Scheduler(
            not_looked, rate=desk.settings().detections_per_s, clock=self._clock
        )
        return EngineRoom(
            folder=self.folder,
            stores=stores,
            hub=LiveHub(),
            scheduler=scheduler,
            coverage=coverage,
            totals=TodayTotals(stores.ledger, self._clock),
            verdicts=TodayVerdicts(stores.verdicts, self._clock),
            serving=lambda: self._analysis.serving() if self._analysis else None,
            model_by_sha=lambda sha256: (
                self._analysis.model_by_sha(sha256) if self._analysis else None
            ),
            score_threshold=lambda: desk.settings().score_threshold,
            clock=self._clock,
        )

    def _make_models(
        self, stores: Stores, desk: SettingsDesk, room: EngineRoom, cameras: Cameras
    ) -> tuple[Analysis, ModelShelf]:
        def quarantined(model: ModelInfo, sentence: str) -> None:
            shelf.quarantine(model.sha256, sentence)

        analysis = self._analysis = Analysis(
            room.scheduler,
            on_done=cameras.done,
            on_quarantine=quarantined,
            workers=workers_of(desk.settings()),
        )

        def serve_with(serving: Serving | None) -> None:
            analysis.serve(serving)
            cameras.serve()

        shelf = ModelShelf(
            stores.models,
            inspect=lambda path, sha256: inspect_model(path, sha256=sha256),
            serve=serve_with,
        )

        def apply(settings: EdgeSettings) -> None:
            room.scheduler.set_rate(settings.detections_per_s)
            analysis.set_workers(workers_of(settings))

        desk.on_change(apply)
        return analysis, shelf

    def _start_model(self, shelf: ModelShelf) -> None:
        def choose() -> None:
            try:
                if shelf.start() is None:
                    _log.error("no model can serve")
            except WatchpostError as error:
                _log.error("no model can serve", code=error.code, what=error.what)

        self._model_thread = threading.Thread(target=choose, name="model", daemon=True)
        self._model_thread.start()

    def _start_history(self, stores: Stores, room: EngineRoom) -> None:
        def announce() -> None:
            room.totals.forget()
            room.hub.publish(CountsChanged())
            room.hub.publish(DisputesChanged())

        def tell() -> None:
            # First what is live, then what was.
            if self._model_thread is not None:
                self._model_thread.join()
            try:
                fill_history(stores, self._clock, announce)
            except WatchpostError as error:
                _log.error("demo site not filled", code=error.code, what=error.what)

        self._history_thread = threading.Thread(
            target=tell, name="history", daemon=True
        )
        self._history_thread.start()

    def _start_rounds(
        self,
        cameras: Cameras,
        watch: Watch,
        retention: Retention,
        desk: SettingsDesk,
    ) -> None:
        def tick() -> None:
            for camera in cameras.running():
                camera.tick()

        def prune() -> None:
            retention.prune(desk.settings())

        # Two threads: a slow disk must not keep a camera waiting.
        self._rounds = [
            Rounds(
                "rounds",
                Round("cameras", _CAMERAS_EVERY_S, tick),
                Round("figures", _FIGURES_EVERY_S, watch.take),
                clock=self._clock,
            ),
            Rounds(
                "retention",
                Round("retention", _RETENTION_EVERY_S, prune),
                clock=self._clock,
            ),
        ]
        for rounds in self._rounds:
            rounds.start()

    def _diagnostics(
        self, desk: SettingsDesk, cameras: Cameras, alarms: AlarmBook, watch: Watch
    ) -> bytes:
        assert self._stores is not None
        models = self._stores.models.list()
        return diagnostics_zip(
            self.folder,
            {
                "settings": desk.settings().model_dump(mode="json"),
                "cameras": [c.model_dump(mode="json") for c in cameras.cameras()],
                "alarms": [a.model_dump(mode="json") for a in alarms.alarms()],
                "health": watch.newest().model_dump(mode="json"),
                "models": [m.model_dump(mode="json") for m in models],
            },
        )


def _clear_rings(folder: DataFolder) -> None:
    """Remove what capture processes of an earlier run left."""
    for path in folder.frames.iterdir():
        try:
            path.unlink()
        except OSError as error:
            # A console may still map it (Windows); it is small and made anew.
            _log.info("ring not removed", file=path.name, error=str(error))
