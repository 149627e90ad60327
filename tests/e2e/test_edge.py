"""A real edge in its own process: live results, counts, clips, faults, restarts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.edge_process import Console, EdgeProcess, eventually, running
from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import EdgeError
from watchpost.domain.cameras import CameraState
from watchpost.domain.coverage import NotAnalysed
from watchpost.domain.minutes import Measure
from watchpost.domain.rules import Anchor
from watchpost.edge.models import SHIPPED
from watchpost.edge.stores import open_stores
from watchpost.engine.frames import FrameRing
from watchpost.engine.playback import ClipPlayer
from watchpost.protocol.cameras import (
    Camera,
    CameraSpec,
    LineSpec,
    RulesSpec,
    SourceSpec,
    TileRequest,
    ZoneSpec,
)
from watchpost.protocol.live import CamerasChanged, CameraUpdate, Counted, Result
from watchpost.protocol.models import ActivateModel
from watchpost.protocol.review import CorrectionRequest

MIDDLE = LineSpec(name="Middle", ax=0.5, ay=0.0, bx=0.5, by=1.0)
SIMULATED = CameraSpec(
    name="Bus door", source=SourceSpec(kind="simulated", address="bus_door", fps=10)
)


def file_camera(shared_data: Path) -> CameraSpec:
    video = shared_data / "videos" / "one-by-one-person.mp4"
    source = SourceSpec(kind="file", address=str(video))
    return CameraSpec(name="One by one", source=source, lines=(MIDDLE,))


def bring_model(edge: EdgeProcess, shared_data: Path) -> None:
    onnx = (shared_data / "models" / "yolox_nano_416.onnx").read_bytes()
    model = edge.client.add_model("yolox nano", onnx)
    edge.client.activate_model(model.id, ActivateModel())


def sees_a_person(result: Result) -> bool:
    return "person" in {box.class_name for box in result.boxes}


def live(edge: EdgeProcess, camera_id: str) -> Camera | None:
    camera = edge.client.camera(camera_id)
    return camera if camera.status.state is CameraState.LIVE else None


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[EdgeProcess]:
    with running(tmp_path / "data") as found:
        yield found


@pytest.mark.data
def test_a_count_is_seen_recorded_replayed_and_corrected(
    edge: EdgeProcess, shared_data: Path
) -> None:
    """The main job: camera in, live boxes, a count, its clip on its frame, a correction."""
    bring_model(edge, shared_data)
    with Console(edge.address) as console:
        camera = edge.client.add_camera(file_camera(shared_data))
        console.next(CamerasChanged)
        result = console.next(Result, sees_a_person)
        assert result.camera_id == camera.id
        counted = console.next(Counted, within_s=90)
    event = edge.client.event(counted.event_id)
    assert (event.line_id, event.direction) == (counted.line_id, counted.direction)
    assert event.model == "yolox nano"
    assert event.has_clip, event.clip_note

    clip = edge.client.event_clip(event.id)
    frame = clip.frames[clip.event_index]
    assert (frame.epoch, frame.sequence) == (event.epoch, event.sequence)
    assert any(box.track_id == event.track_id for box in frame.boxes)
    assert counted.event_id in {e.id for e in clip.events}
    video = edge.client.clip_video(clip)
    with ClipPlayer(video) as player:
        assert len(player) == len(clip.frames)
        assert player.size == (clip.width, clip.height)

    before = edge.client.camera(camera.id).status.totals[0]
    change = -1 if event.direction == "in" else 0
    correction = edge.client.correct_event(
        event.id,
        CorrectionRequest(
            change_in=change,
            change_out=-1 - change,
            reason="false_detection",
            idempotency_key="a test's own key",
        ),
    )
    assert correction.by == "this computer"
    assert edge.client.event(event.id).corrected
    after = edge.client.camera(camera.id).status.totals[0]
    assert after.count_in + after.count_out >= before.count_in + before.count_out - 1

    now_ns = edge.client.info().now_ns
    counts = edge.client.counts(
        event.line_id, from_ns=now_ns - NS_PER_S, to_ns=now_ns, bucket="hour"
    )
    bucket = counts.buckets[-1]
    assert bucket.reported_in + bucket.reported_out >= 1
    assert 0 < bucket.looked <= 1


def test_a_simulated_camera_needs_nothing(edge: EdgeProcess) -> None:
    camera = edge.client.add_camera(SIMULATED)
    assert [line.name for line in camera.lines] == ["Door"]
    found = eventually(lambda: live(edge, camera.id))
    assert (found.status.width, found.status.height) == (768, 432)
    truth = eventually(lambda: edge.client.camera(camera.id).status.truth)
    assert truth[0].line_id == camera.lines[0].id
    eventually(lambda: edge.client.camera(camera.id).status.recording)


def test_what_a_zone_measured_is_kept_when_its_camera_stops(
    edge: EdgeProcess,
) -> None:
    camera = edge.client.add_camera(SIMULATED)
    floor = ZoneSpec(
        name="Floor",
        points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
        anchor=Anchor.CENTRE,
    )
    rules = RulesSpec(version=camera.rules_version, zones=(floor,))
    (zone,) = edge.client.save_rules(camera.id, rules).zones

    def busy() -> bool | None:
        zones = edge.client.camera(camera.id).status.zones
        return (zones and (zones[0].occupancy or 0) > 0) or None

    eventually(busy)
    began_ns = edge.client.info().now_ns
    eventually(lambda: edge.client.info().now_ns - began_ns > 3 * NS_PER_S or None)
    edge.client.save_camera(camera.id, SIMULATED.model_copy(update={"enabled": False}))
    page = eventually(
        lambda: (
            page
            if (page := edge.client.minutes(zone.id, Measure.OCCUPANCY)).minutes
            else None
        )
    )
    assert (page.of_name, page.camera_id) == ("Floor", camera.id)
    assert 0 < sum(minute.looked_s for minute in page.minutes) < 60
    assert max(minute.high for minute in page.minutes) >= 1
    visits = edge.client.visits(zone_id=zone.id).visits
    # Whoever stood there when the camera went away was not seen to leave.
    assert any(visit.cut for visit in visits)
    with pytest.raises(EdgeError, match="has no filled"):
        edge.client.minutes(zone.id, Measure.FILLED)


def test_pictures_are_shared_with_a_console_of_this_computer(
    edge: EdgeProcess,
) -> None:
    camera = edge.client.add_camera(SIMULATED)
    eventually(lambda: live(edge, camera.id))
    request = TileRequest(width=384, height=216, fps=10)
    lease = eventually(
        lambda: (
            found
            if (found := edge.client.lease_tile(camera.id, request)).path
            else None
        )
    )
    ring = FrameRing.open(Path(lease.path))
    try:
        slot, header = eventually(ring.newest)
        assert ring.view(slot).shape == (lease.height, lease.width, 4)
        assert (header.frame_width, header.frame_height) == (768, 432)
        assert ring.view(slot)[..., :3].std() > 5
    finally:
        ring.close()


def test_a_snapshot_shows_the_newest_frame_at_full_size(edge: EdgeProcess) -> None:
    camera = edge.client.add_camera(SIMULATED.model_copy(update={"record": False}))
    with pytest.raises(EdgeError) as caught:
        edge.client.snapshot(camera.id)
    assert caught.value.code == "snapshot.gone"
    eventually(lambda: live(edge, camera.id))
    unrecorded = edge.client.snapshot(camera.id)
    spec = SIMULATED.model_copy(update={"number": camera.number})
    edge.client.save_camera(camera.id, spec)
    eventually(lambda: edge.client.camera(camera.id).status.recording)
    recorded = edge.client.snapshot(camera.id)
    for jpeg in (unrecorded, recorded):
        assert jpeg.startswith(b"\xff\xd8")
        assert len(jpeg) > 5000


def test_a_model_is_tried_on_a_cameras_picture_before_it_serves(
    edge: EdgeProcess,
) -> None:
    camera = edge.client.add_camera(SIMULATED)
    eventually(lambda: live(edge, camera.id))
    picture = edge.client.snapshot(camera.id)
    (look,) = edge.client.try_model(SHIPPED, picture)
    assert look.layout == edge.client.models()[0].layout
    assert look.network_ms > 0
    for box in look.boxes:
        assert 0 <= box.left < box.right <= 1
        assert 0 <= box.top < box.bottom <= 1
    with pytest.raises(EdgeError, match="The picture cannot be read"):
        edge.client.try_model(SHIPPED, b"no picture")
    with pytest.raises(EdgeError, match="no model"):
        edge.client.try_model("nobody", picture)


def test_without_a_model_nothing_is_said_to_have_been_seen(tmp_path: Path) -> None:
    """No model serves: time is *not analysed*, never *nothing seen*."""
    edge = EdgeProcess(tmp_path / "data", has_detector=False)
    try:
        edge.start()
        camera = edge.client.add_camera(SIMULATED)
        eventually(lambda: live(edge, camera.id))
        assert not edge.client.models()
        now_ns = edge.client.info().now_ns

        def unlooked() -> float:
            counts = edge.client.counts(
                camera.lines[0].id, from_ns=now_ns, to_ns=now_ns + 1, bucket="hour"
            )
            return 1.0 - counts.buckets[0].looked

        # Gaps are handed out in pieces of ten seconds.
        assert eventually(unlooked) == 1.0
        assert edge.client.camera(camera.id).status.recording
    finally:
        edge.end()


@pytest.mark.data
@pytest.mark.slow
def test_kill_9_loses_and_doubles_nothing(tmp_path: Path, shared_data: Path) -> None:
    """What was told as counted is in the ledger after any kill, once; epochs go on."""
    edge = EdgeProcess(tmp_path / "data")
    told: list[Counted] = []
    last_epoch = 0
    try:
        edge.start()
        bring_model(edge, shared_data)
        camera = edge.client.add_camera(file_camera(shared_data))
        for _ in range(3):
            with Console(edge.address) as console:
                told.append(console.next(Counted, within_s=90))
                result = console.next(Result)
                assert result.epoch > last_epoch
                last_epoch = result.epoch
                edge.kill()
                told += [m for m in console.drain() if isinstance(m, Counted)]
            killed_ns = time.time_ns()
            edge.start()
        ids = [counted.event_id for counted in told]
        assert len(set(ids)) == len(ids)
        page = edge.client.events(camera_id=camera.id, limit=500)
        in_ledger = [event.id for event in page.events]
        assert set(ids) <= set(in_ledger)
        keys = {(e.epoch, e.sequence, e.track_id, e.direction) for e in page.events}
        assert len(keys) == len(in_ledger)
        with Console(edge.address) as console:
            again = console.next(Counted, within_s=90)
        assert again.count_in + again.count_out == _count(edge, camera.id)
        started_ns = edge.client.info().started_ns
        edge.kill()
        with_gap = open_stores(edge.folder)
        try:
            gaps = with_gap.coverage.gaps(camera.id, killed_ns - NS_PER_S, started_ns)
        finally:
            with_gap.close()
        down = [gap for gap in gaps if gap.reason is NotAnalysed.EDGE_DOWN]
        assert down
        assert down[-1].to_ns - down[-1].from_ns < 60 * NS_PER_S
    finally:
        edge.end()


def _count(edge: EdgeProcess, camera_id: str) -> int:
    totals = edge.client.camera(camera_id).status.totals
    return sum(total.count_in + total.count_out for total in totals)


def test_a_capture_process_that_dies_comes_back_and_others_notice_nothing(
    edge: EdgeProcess,
) -> None:
    cameras = [
        edge.client.add_camera(SIMULATED.model_copy(update={"name": name}))
        for name in ("Front", "Rear")
    ]
    for camera in cameras:
        eventually(lambda camera=camera: live(edge, camera.id))
    victim = _capture_process(edge, cameras[0].id)
    with Console(edge.address) as console:
        # Only then is it certain that the console hears what happens next.
        console.next(Result)
        victim.kill()
        console.next(
            CameraUpdate,
            lambda m: (
                m.status.camera_id == cameras[0].id
                and m.status.state is not CameraState.LIVE
            ),
        )
        told = console.next(
            CameraUpdate,
            lambda m: (
                m.status.camera_id == cameras[0].id
                and m.status.state is CameraState.LIVE
            ),
        )
        assert told.status.sentence == ""
        others = [
            m.status.state
            for m in console.drain()
            if isinstance(m, CameraUpdate) and m.status.camera_id == cameras[1].id
        ]
    assert set(others) <= {CameraState.LIVE}
    assert _capture_process(edge, cameras[0].id).pid != victim.pid


def _capture_process(edge: EdgeProcess, camera_id: str) -> psutil.Process:
    """Return the child that captures a camera: the one that holds its recording open."""

    def find() -> psutil.Process | None:
        for child in psutil.Process(edge.pid).children():
            try:
                paths = [file.path for file in child.open_files()]
            except psutil.Error:
                continue
            # Others hold rings of the camera's pictures open.
            if any(camera_id in path and path.endswith(".mkv") for path in paths):
                return child
        return None

    return eventually(find)


def test_rules_are_edited_by_one_at_a_time(edge: EdgeProcess) -> None:
    camera = edge.client.add_camera(SIMULATED)
    rules = RulesSpec(version=camera.rules_version, lines=(MIDDLE,))
    saved = edge.client.save_rules(camera.id, rules)
    assert [line.name for line in saved.lines] == ["Middle"]
    with pytest.raises(EdgeError) as caught:
        edge.client.save_rules(camera.id, rules)
    assert caught.value.code == "rules.conflict"


def test_a_line_of_no_length_is_refused_in_words(edge: EdgeProcess) -> None:
    line = MIDDLE.model_copy(update={"bx": 0.5, "by": 0.0})
    with pytest.raises(EdgeError, match="has no length"):
        edge.client.add_camera(SIMULATED.model_copy(update={"lines": (line,)}))
    assert edge.client.cameras() == ()


def test_cameras_come_and_go(edge: EdgeProcess) -> None:
    camera = edge.client.add_camera(SIMULATED)
    assert camera.number == 1
    off = edge.client.save_camera(
        camera.id, SIMULATED.model_copy(update={"enabled": False, "name": "Off"})
    )
    assert (off.name, off.status.state) == ("Off", CameraState.DISABLED)
    on = edge.client.save_camera(camera.id, SIMULATED)
    assert on.status.state is not CameraState.DISABLED
    eventually(lambda: live(edge, camera.id))
    edge.client.restart_camera(camera.id)
    eventually(lambda: live(edge, camera.id))
    edge.client.remove_camera(camera.id)
    assert edge.client.cameras() == ()
    with pytest.raises(EdgeError) as caught:
        edge.client.camera(camera.id)
    assert caught.value.code == "camera.unknown"


def test_a_probe_is_an_answer_whatever_it_finds(edge: EdgeProcess) -> None:
    good = edge.client.probe(SIMULATED.source)
    assert good.ok, good.sentence
    assert good.snapshot_jpeg_base64
    gone = edge.client.probe(SourceSpec(kind="file", address="/nowhere/video.mp4"))
    assert not gone.ok
    assert gone.sentence.endswith(".")
    assert gone.code


def test_diagnostics_hold_no_secrets(edge: EdgeProcess) -> None:
    source = SourceSpec(
        kind="rtsp", address="rtsp://viewer:pass%40word@127.0.0.1:9/main"
    )
    edge.client.add_camera(CameraSpec(name="Gate", source=source))
    packed = edge.client.diagnostics()
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        everything = "".join(archive.read(n).decode("utf-8") for n in names)
    assert {"versions.json", "settings.json", "cameras.json"} <= set(names)
    assert "pass@word" not in everything
    assert "pass%40word" not in everything
    assert edge.address.token not in everything


def test_settings_are_applied_and_kept(tmp_path: Path) -> None:
    with running(tmp_path / "data") as edge:
        settings = edge.client.settings().model_copy(
            update={"name": "Depot North", "detections_per_s": 2.0}
        )
        assert edge.client.save_settings(settings) == settings
        assert edge.client.info().name == "Depot North"
        assert edge.stop() == 0
    with running(tmp_path / "data") as edge:
        assert edge.client.settings() == settings
