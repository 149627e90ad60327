"""A camera whose picture is bad says so: status, alarm, marked counts, a kept stretch."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from support.edge_process import eventually, running
from watchpost.domain.alarms import AlarmKind
from watchpost.domain.quality import QualityTrouble
from watchpost.edge.stores import open_stores
from watchpost.protocol.alarms import AlarmRecord
from watchpost.protocol.cameras import CameraSpec, CameraStatus, SourceSpec


def _in_the_dark(path: Path) -> Path:
    """Write a video as a camera in a dark room sees it: black, with some noise."""
    rng = np.random.default_rng(5)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(60):
            noise = rng.integers(0, 6, (240, 320, 3), dtype=np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(noise, format="bgr24")))
        container.mux(stream.encode())
    return path


def test_a_camera_in_the_dark_says_so_and_its_counts_are_not_trusted(
    tmp_path: Path,
) -> None:
    video = _in_the_dark(tmp_path / "dark.mkv")
    with running(tmp_path / "data") as edge:
        source = SourceSpec(kind="file", address=str(video))
        camera = edge.client.add_camera(CameraSpec(name="Dark", source=source))

        def told() -> CameraStatus | None:
            status = edge.client.camera(camera.id).status
            return status if QualityTrouble.DARK in status.quality else None

        def rung() -> AlarmRecord | None:
            alarms = (a for a in edge.client.alarms() if a.kind is AlarmKind.PICTURE)
            return next(alarms, None)

        status = eventually(told, within_s=40)
        assert status.untrusted_since_ns is not None
        assert status.quality_sentence
        alarm = eventually(rung, within_s=40)
        assert alarm.subject_id == camera.id
        edge.stop()
        stores = open_stores(edge.folder)
        try:
            with stores.database.read() as connection:
                rows = connection.exec_driver_sql(
                    "SELECT camera_id, troubles FROM bad_pictures"
                ).all()
        finally:
            stores.close()
    assert [row.camera_id for row in rows] == [camera.id]
    assert "dark" in rows[0].troubles
