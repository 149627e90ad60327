"""Clips worth reviewing: the simulated bus door, with one false detection counted.

A person (#211) gets in and another (#212) out; a handrail was followed as #213 and
counted as a second one out. Frames 96 to 107 were not analysed.
"""

from __future__ import annotations

import hashlib
import io
from fractions import Fraction
from functools import cache

import av

from support import site
from support.fake_edge import FakeEdge
from watchpost.base.clock import NS_PER_S
from watchpost.domain.rules import Direction
from watchpost.engine.capture.simulator import Scene, create_scene
from watchpost.protocol.live import Box
from watchpost.protocol.review import ClipFrame, ClipInfo, ClipLine, Event

FPS = 12
FRAMES = 132
FIRST = 25
EVENT_INDEX = 62
GHOST_INDEX = 78
GAP = range(96, 108)
_WIDTH, _HEIGHT = 768, 432


@cache
def _scene() -> Scene:
    return create_scene("bus_door", seed=3, fps=FPS)


@cache
def bus_video() -> bytes:
    """Return the clip as a camera would send it: Matroska, a key frame a second."""
    file = io.BytesIO()
    scene = _scene()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(FPS))
        stream.width, stream.height = _WIDTH, _HEIGHT
        stream.pix_fmt = "yuv420p"
        stream.gop_size = FPS
        stream.bit_rate = 6_000_000
        for index in range(FRAMES):
            picture = scene.frame(FIRST + index)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


@cache
def _tracks() -> tuple[tuple[Box, ...], ...]:
    """Return the boxes of every frame, followed by their nearest place."""
    numbers = iter((214, 211, 212, *range(215, 240)))
    known: dict[int, tuple[float, float]] = {}
    frames = []
    for index in range(FRAMES):
        boxes = []
        left_over = dict(known)
        known = {}
        for name, left, top, right, bottom in _scene().boxes(FIRST + index):
            middle = ((left + right) / 2, bottom)
            near = min(
                left_over,
                key=lambda n: (
                    abs(left_over[n][0] - middle[0]) + abs(left_over[n][1] - middle[1])
                ),
                default=None,
            )
            if near is None or abs(left_over[near][0] - middle[0]) > 0.1:
                near = next(numbers)
            left_over.pop(near, None)
            known[near] = middle
            score = 0.86 + 0.08 * ((index * 7 + near) % 10) / 10
            boxes.append(
                Box(
                    track_id=near, class_name=name, score=round(score, 2),
                    left=left, top=top, right=right, bottom=bottom,
                )
            )  # fmt: skip
        if 14 <= index <= 90:
            sway = 0.004 * ((index * 5) % 7 - 3)
            boxes.append(
                Box(
                    track_id=213, class_name="person", score=0.46, left=0.655 + sway / 3,
                    top=0.06, right=0.695 + sway / 3, bottom=0.7 + 0.0002 * index + sway / 2,
                )
            )  # fmt: skip
        frames.append(tuple(boxes))
    return tuple(frames)


def bus_clip(event: Event, line: ClipLine, camera_name: str) -> ClipInfo:
    """Return the clip around an event: its own frame is :data:`EVENT_INDEX`."""
    start_ns = event.at_ns - EVENT_INDEX * NS_PER_S // FPS
    first = event.sequence - EVENT_INDEX
    frames = tuple(
        ClipFrame(
            index=i,
            epoch=site.EPOCH,
            sequence=first + i,
            at_ns=start_ns + i * NS_PER_S // FPS,
            pts_ns=i * NS_PER_S // FPS,
            analysed=i % 2 == 0 and i not in GAP,
            boxes=_tracks()[i] if i % 2 == 0 and i not in GAP else (),
        )
        for i in range(FRAMES)
    )
    return ClipInfo(
        camera_id=event.camera_id,
        camera_name=camera_name,
        from_ns=frames[0].at_ns,
        to_ns=frames[-1].at_ns,
        width=_WIDTH,
        height=_HEIGHT,
        fps=float(FPS),
        event_index=EVENT_INDEX,
        frames=frames,
        events=_crossings(event, frames),
        lines=(line,),
        video_path=f"/clips/{'0' * 64}.mkv",
        sha256=hashlib.sha256(bus_video()).hexdigest(),
    )


def _crossings(event: Event, frames: tuple[ClipFrame, ...]) -> tuple[Event, ...]:
    def crossing(index: int, track: int, way: Direction, score: float) -> Event:
        return event.model_copy(
            update={
                "id": f"{event.id}-{track}",
                "track_id": track,
                "direction": way,
                "score": score,
                "at_ns": frames[index].at_ns,
                "sequence": frames[index].sequence,
            }
        )

    return (
        crossing(34, 211, Direction.IN, 0.9),
        event,
        crossing(GHOST_INDEX, 213, Direction.OUT, 0.46),
    )


class ReviewEdge(FakeEdge):
    """The canned site whose ticket hall camera looks at the bus door."""

    def __init__(self, *, demo: bool = False, empty: bool = False) -> None:
        super().__init__(demo=demo, empty=empty)
        claimed = {d.event_id for d in self.all_disputes}
        self.all_events = tuple(
            _told(e) if e.id in claimed and e.line_id == "line-exit" else e
            for e in self.all_events
        )

    def _clip(self, camera_id: str, at_ns: int, events: tuple[Event, ...]) -> ClipInfo:
        if camera_id != "cam-hall" or not events:
            return super()._clip(camera_id, at_ns, events)
        door = _scene().lines()[0]
        line = ClipLine(
            id="line-exit", name="Exit line", ax=door.ax, ay=door.ay, bx=door.bx,
            by=door.by, anchor=door.anchor,
        )  # fmt: skip
        return bus_clip(events[0], line, "02 Ticket hall, door 2")

    def clip_video(self, clip: ClipInfo) -> bytes:
        if clip.camera_id != "cam-hall":
            return super().clip_video(clip)
        self._called("clip_video", clip.camera_id)
        return bus_video()


def _told(event: Event) -> Event:
    """Let the claimed count be the person who gets out."""
    why = event.why.replace(f"Track {event.track_id}", "Track 212")
    return event.model_copy(
        update={"track_id": 212, "direction": Direction.OUT, "why": why}
    )
