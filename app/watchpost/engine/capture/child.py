"""The capture process itself: one camera, read, recorded, decoded."""

from __future__ import annotations

import os
from pathlib import Path

from watchpost.base import log
from watchpost.base.channel import Channel, ChannelClosedError
from watchpost.base.clock import NS_PER_S, SYSTEM_CLOCK
from watchpost.domain.cameras import Source
from watchpost.engine.capture.condition import Condition
from watchpost.engine.capture.figures import Figures
from watchpost.engine.capture.outbox import Outbox
from watchpost.engine.capture.reading import Reading
from watchpost.engine.capture.viewing import Viewing
from watchpost.engine.capture.wishes import CaptureTask, Wishes
from watchpost.engine.recording.recorder import Recorder

_LOOK_S = 0.25
# Opening may take 4 + 8 s; a decoder never takes this long for one packet.
_READING_STUCK_NS = 25 * NS_PER_S
_DECODER_STUCK_NS = 10 * NS_PER_S
_ENDING_S = 0.5


def capture_main(
    channel: Channel, task: CaptureTask, source: Source, wishes: dict[str, object]
) -> None:
    """Run until the channel closes or ``stop`` comes.

    Once a second figures are sent; they stop when reading or decoding hangs, so that
    whoever holds the process ends it.
    """
    log.configure()
    outbox = Outbox(channel)
    condition = Condition(outbox.put)
    figures = Figures()
    wanted = Wishes.from_message(wishes)
    recorder = Recorder(
        task.camera_id,
        Path(task.recordings),
        on_event=outbox.put,
        enabled=wanted.record,
    )
    viewing = Viewing(task, outbox, condition, figures)
    viewing.wish(wanted)
    reading = Reading(
        task,
        source,
        recorder=recorder,
        viewing=viewing,
        outbox=outbox,
        condition=condition,
        figures=figures,
    )
    reading.start()
    _serve(channel, outbox, figures, recorder, viewing, reading)
    # A read may block for seconds; the recording is finished all the same.
    reading.stop(_ENDING_S)
    viewing.stop(_ENDING_S)
    recorder.close()
    outbox.close()
    channel.close()
    # Threads inside FFmpeg must not meet an interpreter that is being taken down.
    os._exit(0)


def _serve(
    channel: Channel,
    outbox: Outbox,
    figures: Figures,
    recorder: Recorder,
    viewing: Viewing,
    reading: Reading,
) -> None:
    clock = SYSTEM_CLOCK
    recorded = True
    due_ns = clock.monotonic_ns() + NS_PER_S
    figures.take(clock.monotonic_ns())
    while True:
        try:
            received = channel.receive(_LOOK_S)
        except ChannelClosedError:
            return
        if received is not None:
            message, _ = received
            if message["do"] == "stop":
                return
            if message["do"] == "proceed":
                viewing.proceed()
            elif message["do"] == "wish":
                wishes = Wishes.from_message(message)
                if wishes.record != recorded:
                    recorder.set_enabled(wishes.record)
                recorded = wishes.record
                viewing.wish(wishes)
        reading.look_for_stall()
        now_ns = clock.monotonic_ns()
        stuck = (
            reading.stuck_ns() > _READING_STUCK_NS
            or viewing.stuck_ns() > _DECODER_STUCK_NS
        )
        if now_ns >= due_ns and not stuck:
            due_ns = now_ns + NS_PER_S
            outbox.put(figures.take(now_ns))
