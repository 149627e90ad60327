"""Clips of recorded video, by content: what a frame shows never changes under a hash."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from watchpost.base.clock import NS_PER_S
from watchpost.base.errors import CaptureError
from watchpost.domain.frames import FrameKey
from watchpost.domain.rules import RuleSet
from watchpost.edge.stores import Stores
from watchpost.engine.recording.clips import Clip, RecordedFrame, read_clip
from watchpost.protocol.review import ClipFrame, ClipInfo, ClipLine, Event

EVENT_BEFORE_S = 5.0
EVENT_AFTER_S = 4.0
_CACHE_BYTES = 64 << 20
_MAX_EVENTS = 500


class ClipShelf:
    """Cuts clips and keeps the newest ones at hand. Thread-safe.

    Args:
        stores: Events, rules and the index of recordings.
        name_of: Returns what people call a camera, or None.
    """

    def __init__(self, stores: Stores, name_of: Callable[[str], str | None]) -> None:
        self._stores = stores
        self._name_of = name_of
        self._lock = threading.Lock()
        self._videos: OrderedDict[str, bytes] = OrderedDict()

    def event_clip(self, event_id: str) -> ClipInfo:
        """Return what an event's clip shows.

        Raises:
            StoreError: There is no such event.
            CaptureError: Nothing was recorded then (``recording.none``).
        """
        event = self._stores.ledger.event(event_id)
        return self._cut(
            event.camera_id,
            event.at_ns,
            EVENT_BEFORE_S,
            EVENT_AFTER_S,
            key=FrameKey(event.epoch, event.sequence),
            rules=self._stores.cameras.rules(event.camera_id, event.rules_version),
        )

    def camera_clip(
        self, camera_id: str, at_ns: int, *, before_s: float, after_s: float
    ) -> ClipInfo:
        """Return what a camera showed around a moment."""
        rules = self._stores.cameras.get(camera_id).rules
        return self._cut(camera_id, at_ns, before_s, after_s, key=None, rules=rules)

    def video(self, sha256: str) -> bytes:
        """Return a clip's Matroska bytes.

        Raises:
            CaptureError: It is not at hand any more; asking for the clip cuts it anew.
        """
        with self._lock:
            found = self._videos.get(sha256)
            if found is not None:
                self._videos.move_to_end(sha256)
        if found is None:
            raise CaptureError(
                "This clip is not at hand any more.",
                todo="Open it again.",
                code="clip.gone",
            )
        return found

    def _cut(
        self,
        camera_id: str,
        at_ns: int,
        before_s: float,
        after_s: float,
        *,
        key: FrameKey | None,
        rules: RuleSet,
    ) -> ClipInfo:
        from_ns = at_ns - int(before_s * NS_PER_S)
        to_ns = at_ns + int(after_s * NS_PER_S)
        segments = self._stores.segments.between(camera_id, from_ns, to_ns)
        clip = read_clip([segment.path for segment in segments], from_ns, to_ns)
        sha256 = hashlib.sha256(clip.video).hexdigest()
        self._keep(sha256, clip.video)
        events = self._events_within(camera_id, clip)
        name = self._name_of(camera_id) or self._stores.cameras.get(camera_id).name
        return ClipInfo(
            camera_id=camera_id,
            camera_name=name,
            from_ns=clip.from_ns,
            to_ns=clip.to_ns,
            width=clip.width,
            height=clip.height,
            fps=clip.fps,
            event_index=_index_of(clip.frames, key, at_ns),
            frames=tuple(_frame(i, frame) for i, frame in enumerate(clip.frames)),
            events=events,
            lines=tuple(
                ClipLine(
                    id=line.id,
                    name=line.name,
                    ax=line.ax,
                    ay=line.ay,
                    bx=line.bx,
                    by=line.by,
                    anchor=line.anchor,
                )
                for line in rules.lines
            ),
            video_path=f"/clips/{sha256}.mkv",
            sha256=sha256,
        )

    def _events_within(self, camera_id: str, clip: Clip) -> tuple[Event, ...]:
        page = self._stores.ledger.events(
            camera_id=camera_id,
            from_ns=clip.from_ns,
            to_ns=clip.to_ns + 1,
            limit=_MAX_EVENTS,
        )
        return tuple(reversed(page.events))

    def _keep(self, sha256: str, video: bytes) -> None:
        with self._lock:
            self._videos[sha256] = video
            self._videos.move_to_end(sha256)
            while (
                len(self._videos) > 1
                and sum(map(len, self._videos.values())) > _CACHE_BYTES
            ):
                self._videos.popitem(last=False)


def _index_of(
    frames: tuple[RecordedFrame, ...], key: FrameKey | None, at_ns: int
) -> int:
    """Return the frame with that key, else the one nearest in time."""
    if key is not None:
        for index, frame in enumerate(frames):
            if frame.key == key:
                return index
    return min(range(len(frames)), key=lambda i: abs(frames[i].at_ns - at_ns))


def _frame(index: int, frame: RecordedFrame) -> ClipFrame:
    return ClipFrame(
        index=index,
        epoch=frame.key.epoch if frame.key is not None else 0,
        sequence=frame.key.sequence if frame.key is not None else 0,
        at_ns=frame.at_ns,
        pts_ns=frame.pts_ns,
        analysed=frame.result is not None,
        boxes=frame.result.boxes if frame.result is not None else (),
    )
