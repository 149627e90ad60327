from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from watchpost import resources
from watchpost.base.errors import LearningError
from watchpost.learning.videosets import (
    VideoLabels,
    frames_of,
    read_video_labels,
    read_video_set,
)

BOX: list[Any] = ["person", "a", 0.25, 0.25, 0.75, 0.5]
SHIPPED = "recipes/door-above.boxes.json"
PARCELS = "recipes/belt-parcels.boxes.json"


def write_video(path: Path, frames: int = 12, size: tuple[int, int] = (64, 48)) -> str:
    """Write frames of rising brightness, with pictures out of order; its SHA-256."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(10))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.max_b_frames = 2
        stream.bit_rate = 4_000_000
        for number in range(frames):
            grey = np.full((size[1], size[0], 3), brightness(number), np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def brightness(number: int) -> int:
    return 20 + 18 * number


def labels_of(digest: str, frames: list[dict[str, Any]], **changes: Any) -> VideoLabels:
    video = {"video": "a.mp4", "sha256": digest, "frames": frames}
    whole = {"about": "all", "labelled": ["person"], "videos": [video], **changes}
    return VideoLabels.model_validate(whole)


def test_frames_are_found_by_their_number_whatever_the_coded_order(
    tmp_path: Path,
) -> None:
    write_video(tmp_path / "a.mp4")
    wanted = [0, 1, 2, 5, 10, 11]
    pictures = list(frames_of(tmp_path / "a.mp4", wanted))
    assert pictures[0].shape == (48, 64, 3)
    levels = [float(picture.mean()) for picture in pictures]
    np.testing.assert_allclose(levels, [brightness(n) for n in wanted], atol=4)


def test_a_video_that_ends_too_early_is_said(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", frames=4)
    with pytest.raises(LearningError, match="ends before its frame 4"):
        list(frames_of(tmp_path / "a.mp4", [3, 4]))


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing of the kind" * 10)
    with pytest.raises(LearningError, match="no video that can be read"):
        list(frames_of(tmp_path / "a.mp4", [0]))


def test_boxes_become_examples_in_the_recipes_classes(tmp_path: Path) -> None:
    digest = write_video(tmp_path / "a.mp4")
    both = [BOX, ["car", "b", 0.0, 0.0, 0.5, 0.5]]
    frames = [{"frame": 3, "boxes": both}, {"frame": 7, "boxes": []}]
    labels = labels_of(digest, frames, labelled=["person", "car"])
    first, second = read_video_set(labels, tmp_path, ("bus", "person"), weight=2.0)
    np.testing.assert_allclose(first.boxes, [BOX[2:]])
    assert first.class_ids.tolist() == [1]
    assert first.labelled.tolist() == [False, True]
    assert (first.weight, first.source, first.held_back) == (2.0, "a.mp4", False)
    assert abs(float(first.bgr.mean()) - brightness(3)) < 4
    assert second.boxes.shape == (0, 4)
    assert second.class_ids.shape == (0,)


def test_the_end_of_a_video_is_held_back_in_one_piece(tmp_path: Path) -> None:
    digest = write_video(tmp_path / "a.mp4")
    labels = labels_of(digest, [{"frame": n, "boxes": [BOX]} for n in range(9)])
    kept = [
        e.held_back for e in read_video_set(labels, tmp_path, ("person",), held_back=4)
    ]
    assert kept == [False] * 7 + [True] * 2
    none = read_video_set(labels, tmp_path, ("person",))
    assert not any(e.held_back for e in none)


def test_another_cut_of_the_video_is_refused(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4")
    labels = labels_of("0" * 64, [{"frame": 0, "boxes": [BOX]}])
    with pytest.raises(LearningError, match="not the video that the boxes"):
        next(read_video_set(labels, tmp_path, ("person",)))


def test_a_missing_video_is_said(tmp_path: Path) -> None:
    labels = labels_of("0" * 64, [{"frame": 0, "boxes": [BOX]}])
    with pytest.raises(LearningError, match="cannot be read"):
        next(read_video_set(labels, tmp_path, ("person",)))


@pytest.mark.parametrize(
    ("frames", "says"),
    [
        ([{"frame": 1, "boxes": []}, {"frame": 1, "boxes": []}], "not in order"),
        ([{"frame": 0, "boxes": [BOX, BOX]}], "twice in frame 0"),
        ([{"frame": 0, "boxes": [["person", "a", 0.5, 0, 0.5, 1]]}], "no area"),
        (
            [{"frame": 0, "boxes": [["person", "a", 0, 0, 1.2, 1]]}],
            "less than or equal",
        ),
        ([{"frame": 0, "boxes": [["car", "a", 0, 0, 1, 1]]}], "labelled does not name"),
        ([], "at least 1 item"),
    ],
)
def test_wrong_boxes_are_refused_with_their_place(
    tmp_path: Path, frames: list[dict[str, Any]], says: str
) -> None:
    video = {"video": "a.mp4", "sha256": "0" * 64, "frames": frames}
    path = tmp_path / "boxes.json"
    path.write_text(
        json.dumps({"about": "", "labelled": ["person"], "videos": [video]}),
        encoding="utf-8",
    )
    with pytest.raises(LearningError, match=says):
        read_video_labels(path)


def test_a_missing_file_of_boxes_is_said(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="cannot be read"):
        read_video_labels(tmp_path / "none.json")


def test_the_shipped_boxes_are_sane() -> None:
    labels = read_video_labels(resources.path(SHIPPED))
    boarding, crowd = labels.videos
    # The second half of the boarding clip is what the model is judged on.
    assert boarding.video == "train-door-boarding.mp4"
    assert max(frame.frame for frame in boarding.frames) < 374
    assert crowd.video == "train-door-boarding-crowd.mp4"
    assert 60 <= len(boarding.frames) + len(crowd.frames) <= 90
    for video in labels.videos:
        rows = [row for frame in video.frames for row in frame.boxes]
        boxes = np.array([row[2:] for row in rows]) * (352, 288, 352, 288)
        sides = boxes[:, 2:] - boxes[:, :2]
        assert sides.min() >= 7
        assert sides.max() <= 105
        assert 40 < np.median(sides) < 70
        # The picture's black border holds nobody.
        assert boxes[:, 3].max() <= 281
        seen = Counter(row[1] for row in rows)
        assert len(seen) >= 20
        assert np.median(list(seen.values())) >= 4


def test_nobody_jumps_between_the_shipped_frames() -> None:
    boarding = read_video_labels(resources.path(SHIPPED)).videos[0]
    before: dict[str, tuple[int, float, float]] = {}
    for frame in boarding.frames:
        for _, who, left, top, right, low in frame.boxes:
            x, y = (left + right) / 2 * 352, (top + low) / 2 * 288
            number, old_x, old_y = before.get(who, (frame.frame, x, y))
            apart = frame.frame - number
            assert apart <= 20, f"{who} is away before frame {frame.frame}"
            pace = np.hypot(x - old_x, y - old_y)
            assert pace <= 8 + 4 * apart, f"{who} jumps at frame {frame.frame}"
            before[who] = frame.frame, x, y


def test_the_shipped_boxes_of_parcels_are_sane() -> None:
    labels = read_video_labels(resources.path(PARCELS))
    assert labels.labelled == ("parcel",)
    (belts,) = labels.videos
    # The second half of the clip is what the model is judged on.
    assert belts.video == "conveyor-parcels.mp4"
    assert max(frame.frame for frame in belts.frames) < 120
    assert 25 <= len(belts.frames) <= 40
    rows = [row for frame in belts.frames for row in frame.boxes]
    boxes = np.array([row[2:] for row in rows]) * 720
    whole = boxes[(boxes[:, 0] > 0) & (boxes[:, 2] < 720)]
    sides = whole[:, 2:] - whole[:, :2]
    assert sides.min() >= 45
    assert sides.max() <= 150
    # Each parcel lies on one of the belts, and nothing else has a box.
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    assert np.all((middles < 180) | ((middles > 230) & (middles < 480)))
    seen = Counter(row[1] for row in rows)
    assert len(seen) == 8
    assert min(seen.values()) >= 9


def test_parcels_keep_to_the_way_of_their_belt() -> None:
    (belts,) = read_video_labels(resources.path(PARCELS)).videos
    before: dict[str, tuple[int, float]] = {}
    for frame in belts.frames:
        for _, which, left, top, right, low in frame.boxes:
            x = (left + right) / 2 * 720
            number, old = before.get(which, (frame.frame, x))
            apart = frame.frame - number
            along = x - old if top + low < 0.5 else old - x
            assert apart <= 4, f"{which} is away before frame {frame.frame}"
            assert apart == 0 or 0 < along <= 8 * apart, (
                f"{which} jumps at frame {frame.frame}"
            )
            before[which] = frame.frame, x


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "shapes", "at_least"),
    [
        ("door-above", [(288, 352, 3)] * 6, 7),
        ("belt-parcels", [(480, 480, 3)] * 3, 5),
    ],
)
def test_the_shipped_boxes_are_of_the_clips_at_hand(
    shared_data: Path, name: str, shapes: list[tuple[int, ...]], at_least: int
) -> None:
    recipe = tomllib.loads(resources.text(f"recipes/{name}.toml"))
    (which,) = recipe["videos"]
    labels = read_video_labels(resources.path(f"recipes/{which['boxes']}"))
    few = [v.model_copy(update={"frames": v.frames[:3]}) for v in labels.videos]
    labels = labels.model_copy(update={"videos": tuple(few)})
    folder = shared_data / which["folder"]
    examples = list(read_video_set(labels, folder, tuple(recipe["classes"])))
    assert [e.bgr.shape for e in examples] == shapes
    assert all(e.labelled.all() and len(e.boxes) >= at_least for e in examples)
