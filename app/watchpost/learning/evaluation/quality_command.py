"""``watchpost evaluate quality``: false alarms of the picture quality monitor."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from watchpost.base import log
from watchpost.base.errors import ConfigError, LearningError
from watchpost.base.files import replace_file
from watchpost.learning.evaluation.quality_alarms import (
    DAY_S,
    WANTED_A_DAY,
    CleanClip,
    alarm_rate,
    watch_clean,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Watch clips whose picture is as it should be, once a second and over and over, "
        "and count the alarms of the picture quality monitor: all of them are false. "
        f"Exit code 0 with at most {WANTED_A_DAY:g} alarm a camera and day, 1 with more."
    )
    parser.add_argument("videos", type=Path, nargs="+", help="the video files")
    parser.add_argument(
        "--minutes",
        type=float,
        default=20.0,
        metavar="N",
        help="of the stream's time for each (default: %(default)s)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the outcome here"
    )


def run(options: argparse.Namespace) -> int:
    """Watch, print, and write what is asked for; 0 with few enough alarms."""
    log.configure()
    seconds = _seconds(options)
    clips: list[CleanClip] = []
    for video in options.videos:
        clips.append(watch_clean(video, seconds))
        _show(clips[-1])
    rate = alarm_rate(clips)
    print(
        f"\n{sum(len(c.alarms) for c in clips)} alarms in "
        f"{sum(c.seconds for c in clips) / DAY_S:.2f} camera-days: "
        f"{rate.value:.2f} a day (at most {WANTED_A_DAY:g} wanted); "
        f"95 % sure of at most {rate.high:.1f} a day"
    )
    if options.json is not None:
        record = {"clips": [asdict(c) for c in clips], "alarms_a_day": asdict(rate)}
        replace_file(options.json, json.dumps(record, indent=1).encode())
    return 0 if rate.value <= WANTED_A_DAY else 1


def _seconds(options: argparse.Namespace) -> int:
    if not 1 / 60 <= options.minutes <= DAY_S:
        raise ConfigError(
            "A clip is watched for a second at least.",
            todo="Give --minutes a larger number.",
        )
    for video in options.videos:
        if not video.is_file():
            raise LearningError(
                f"There is no video file {video}.", todo="Check its name."
            )
    return int(options.minutes * 60)


def _show(clip: CleanClip) -> None:
    said = ", ".join(f"{trouble} at {second} s" for second, trouble in clip.alarms[:6])
    cannot = f"  cannot tell: {', '.join(clip.unknown)}" if clip.unknown else ""
    print(f"{clip.video:<32} {len(clip.alarms):3d} alarms  {said}{cannot}", flush=True)
