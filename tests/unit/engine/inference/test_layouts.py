"""Every layout: boxes that are known, as its network would answer, read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from watchpost.engine.inference.layouts import LAYOUTS, recognise
from watchpost.engine.inference.layouts.yolov5_heads import (
    V5_ANCHORS,
    V7_ANCHORS,
    Anchors,
)
from watchpost.engine.inference.reading import Facts, Frame, cell_count

Array = np.ndarray
WIDTH, HEIGHT = 128, 96
NAMES = ("person", "car", "bottle")
STRIDES = (8, 16, 32)
CELLS = cell_count(WIDTH, HEIGHT, STRIDES)

# Left, top, right, bottom in pixels; score; class. Centres lie in different cells.
BOXES = np.array(
    [
        (18.0, 12.0, 50.0, 76.0, 0.9, 0),
        (60.0, 40.0, 124.0, 72.0, 0.75, 2),
        (4.0, 70.0, 28.0, 94.0, 0.5, 1),
    ],
    np.float32,
)


def centres(boxes: Array) -> Array:
    """Centre x, centre y, width, height."""
    return np.concatenate(
        ((boxes[:, :2] + boxes[:, 2:4]) / 2, boxes[:, 2:4] - boxes[:, :2]), axis=1
    )


def cell_of(box: Array, stride: int) -> tuple[int, int]:
    x, y = centres(box[None])[0, :2] // stride
    return int(x), int(y)


def logit(value: Array | float) -> Array:
    chance = np.asarray(value, np.float64)
    return np.log(chance / (1 - chance))


def cell_rows(columns: int) -> tuple[Array, list[tuple[int, int, int, Array]]]:
    """An empty table of all cells, and for each box its row, cell and itself.

    Each box is told by a cell of stride 16, as its centre lies.
    """
    table = np.zeros((CELLS, columns), np.float64)
    first = (WIDTH // 8) * (HEIGHT // 8)
    places = []
    for box in BOXES:
        x, y = cell_of(box, 16)
        places.append((first + y * (WIDTH // 16) + x, x, y, box))
    return table, places


def yolox() -> dict[str, Array]:
    table, places = cell_rows(5 + len(NAMES))
    for row, x, y, box in places:
        cx, cy, w, h = centres(box[None])[0]
        table[row, :4] = (cx / 16 - x, cy / 16 - y, np.log(w / 16), np.log(h / 16))
        table[row, 4] = 1.0
        table[row, 5 + int(box[5])] = box[4]
    return {"output": table[None]}


def yolov5() -> dict[str, Array]:
    table = np.zeros((3 * CELLS, 5 + len(NAMES)))
    table[:, :4] = (16, 16, 20, 20)
    for row, box in zip((5, 700, 90), BOXES, strict=True):
        table[row, :4] = centres(box[None])[0]
        table[row, 4] = 0.95
        table[row, 5 + int(box[5])] = box[4] / 0.95
    return {"output0": table[None]}


def yolox_decoded() -> dict[str, Array]:
    table = np.zeros((CELLS, 5 + len(NAMES)))
    table[:, :4] = (16, 16, 20, 20)
    for row, _x, _y, box in cell_rows(1)[1]:
        table[row, :4] = centres(box[None])[0]
        table[row, 4] = 0.95
        table[row, 5 + int(box[5])] = box[4] / 0.95
    return {"output": table[None]}


def yolov5_heads(anchors: Anchors = V5_ANCHORS) -> dict[str, Array]:
    """Raw heads, the finest first; every box by the first anchor of stride 16."""
    heads = [
        np.full((3, HEIGHT // s, WIDTH // s, 5 + len(NAMES)), -9.0) for s in STRIDES
    ]
    for _row, x, y, box in cell_rows(1)[1]:
        cx, cy, w, h = centres(box[None])[0]
        size = np.sqrt(np.array((w, h)) / anchors[1][0]) / 2
        offsets = (np.array((cx / 16 - x, cy / 16 - y)) + 0.5) / 2
        heads[1][0, y, x, :4] = logit(np.concatenate((offsets, size)))
        heads[1][0, y, x, 4] = logit(0.95)
        heads[1][0, y, x, 5 + int(box[5])] = logit(box[4] / 0.95)
    return {f"head{s}": head[None] for s, head in zip(STRIDES, heads, strict=True)}


def yolov5_convolutions() -> dict[str, Array]:
    """The same before its axes are put in order, the coarsest first."""
    heads = reversed(yolov5_heads().items())
    return {
        name: head[0].transpose(0, 3, 1, 2).reshape(1, -1, *head.shape[2:4])
        for name, head in heads
    }


def yolov5_before_7() -> dict[str, Array]:
    return {**yolov5(), **yolov5_heads()}


def yolov8(extra: int = 0) -> dict[str, Array]:
    table = np.zeros((CELLS, 4 + len(NAMES) + extra))
    table[:, :4] = (16, 16, 20, 20)
    # What stands behind the class scores must never be taken for one.
    table[:, 4 + len(NAMES) :] = 0.99
    for row, _x, _y, box in cell_rows(1)[1]:
        table[row, :4] = centres(box[None])[0]
        table[row, 4 + int(box[5])] = box[4]
    return {"output0": table.T[None]}


def yolov8_segments() -> dict[str, Array]:
    masks = np.zeros((1, 32, HEIGHT // 4, WIDTH // 4))
    return {**yolov8(extra=32), "output1": masks}


def yolov8_lying() -> dict[str, Array]:
    return {"output0": yolov8()["output0"].transpose(0, 2, 1)}


def end_to_end() -> dict[str, Array]:
    table = np.zeros((300, 6))
    table[: len(BOXES)] = BOXES
    return {"output0": table[None]}


def end_to_end_parts() -> dict[str, Array]:
    boxes, scores, classes = (np.zeros((1, 100, n)) for n in (4, 1, 1))
    boxes[0, :3], scores[0, :3, 0] = BOXES[:, :4], BOXES[:, 4]
    classes[0, :3, 0] = BOXES[:, 5]
    scores[0, 3:] = 0.99  # past the count: not there
    return {
        "num_dets": np.array([[3]], np.int64),
        "det_boxes": boxes,
        "det_scores": scores[..., 0],
        "det_classes": classes[..., 0].astype(np.int64),
    }


def end_to_end_rows() -> dict[str, Array]:
    table = np.zeros((3, 7))
    table[:, 1:5], table[:, 5], table[:, 6] = BOXES[:, :4], BOXES[:, 5], BOXES[:, 4]
    return {"output": table}


def distribution(distance: float) -> Array:
    """Logits of 8 bins whose expectation is the distance."""
    low = int(np.floor(distance))
    share = distance - low
    chances = np.full(8, 1e-9)
    chances[low] += 1 - share
    chances[min(low + 1, 7)] += share
    return np.log(chances)


def nanodet_table() -> tuple[Array, Array]:
    scores, places = cell_rows(len(NAMES))
    sides = np.zeros((CELLS, 32))
    for row, x, y, box in places:
        scores[row, int(box[5])] = box[4]
        cx, cy = (x + 0.5) * 16, (y + 0.5) * 16
        far = (cx - box[0], cy - box[1], box[2] - cx, box[3] - cy)
        sides[row] = np.concatenate([distribution(d / 16) for d in far])
    return scores, sides


def nanodet() -> dict[str, Array]:
    scores, sides = nanodet_table()
    ends = np.cumsum([(WIDTH // s) * (HEIGHT // s) for s in STRIDES])[:-1]
    found: dict[str, Array] = {}
    parts = zip(STRIDES, np.split(scores, ends), np.split(sides, ends), strict=True)
    for stride, some_scores, some_sides in parts:
        found[f"cls_pred_stride_{stride}"] = some_scores[None]
        found[f"dis_pred_stride_{stride}"] = some_sides[None]
    return found


def nanodet_plus() -> dict[str, Array]:
    table = np.concatenate(nanodet_table(), axis=1)
    more = np.zeros(((WIDTH // 64) * (HEIGHT // 64), table.shape[1]))
    return {"output": np.concatenate((table, more))[None]}


def fastestdet() -> dict[str, Array]:
    wide, high = WIDTH // 16, HEIGHT // 16
    grid = np.zeros((5 + len(NAMES), high, wide))
    for _row, x, y, box in cell_rows(1)[1]:
        cx, cy, w, h = centres(box[None])[0]
        grid[1:3, y, x] = np.arctanh((cx / 16 - x, cy / 16 - y))
        grid[3:5, y, x] = logit(np.array((w / WIDTH, h / HEIGHT)))
        # Brought to the others' scale by a power; undone here.
        power = np.log(0.45) / np.log(0.65)
        grid[0, y, x] = grid[5 + int(box[5]), y, x] = box[4] ** (1 / power)
    return {"758": grid[None]}


def fractions() -> Array:
    return BOXES[:, :4] / (WIDTH, HEIGHT, WIDTH, HEIGHT)


def detr() -> dict[str, Array]:
    scores = np.zeros(300)
    scores[:3] = BOXES[:, 4]
    boxes, labels = np.zeros((300, 4)), np.zeros(300, np.int64)
    boxes[:3], labels[:3] = BOXES[:, :4], BOXES[:, 5]
    return {"labels": labels[None], "boxes": boxes[None], "scores": scores[None]}


def detr_squeezed() -> dict[str, Array]:
    return {name: array[0] for name, array in detr().items()}


def detr_raw() -> dict[str, Array]:
    scores, boxes = np.full((300, 3), 1e-6), np.full((300, 4), 0.5)
    boxes[:3] = centres(fractions())
    scores[np.arange(3), BOXES[:, 5].astype(int)] = BOXES[:, 4]
    return {"logits": logit(scores)[None], "pred_boxes": boxes[None]}


def detr_raw_together() -> dict[str, Array]:
    scores, boxes = np.zeros((300, 3)), np.full((300, 4), 0.5)
    boxes[:3] = centres(fractions())
    scores[np.arange(3), BOXES[:, 5].astype(int)] = BOXES[:, 4]
    return {"output0": np.concatenate((boxes, scores), axis=1)[None]}


def ssd() -> dict[str, Array]:
    scores, boxes = np.zeros((500, 4)), np.zeros((500, 4))
    scores[:, 0] = 1.0
    for row, box in zip((7, 80, 400), BOXES, strict=True):
        scores[row, 0], scores[row, 1 + int(box[5])] = 1 - box[4], box[4]
    boxes[[7, 80, 400]] = fractions()
    return {"scores": scores[None], "boxes": boxes[None]}


def ssd_tensorflow() -> dict[str, Array]:
    boxes, labels, scores = np.zeros((100, 4)), np.ones(100), np.zeros(100)
    boxes[:3] = fractions()[:, [1, 0, 3, 2]]
    labels[:3], scores[:3] = BOXES[:, 5] + 1, BOXES[:, 4]
    return {
        "detection_boxes": boxes[None],
        "detection_classes": labels[None],
        "detection_scores": scores[None],
        "num_detections": np.array([3.0]),
    }


def ssd_rows() -> dict[str, Array]:
    table = np.zeros((50, 7))
    table[:3, 1], table[:3, 2] = BOXES[:, 5] + 1, BOXES[:, 4]
    table[:3, 3:] = fractions()
    return {"detection_out": table[None, None]}


def yunet() -> dict[str, Array]:
    found: dict[str, Array] = {}
    for stride in STRIDES:
        count = (WIDTH // stride) * (HEIGHT // stride)
        for kind, columns in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            found[f"{kind}_{stride}"] = np.zeros((1, count, columns))
    for _row, x, y, box in cell_rows(1)[1]:
        at = y * (WIDTH // 16) + x
        cx, cy, w, h = centres(box[None])[0]
        offsets = (cx / 16 - x, cy / 16 - y, np.log(w / 16), np.log(h / 16))
        found["bbox_16"][0, at] = offsets
        found["cls_16"][0, at] = found["obj_16"][0, at] = box[4]
    return found


def heat_map() -> dict[str, Array]:
    """Maps of logits for background and three classes, 4 pixels a cell."""
    maps = np.full((4, HEIGHT // 4, WIDTH // 4), -9.0)
    maps[0] = 0.0
    for left, top, right, bottom, score, class_id in BOXES:
        rows = slice(int(top) // 4, -int(-bottom // 4))
        columns = slice(int(left) // 4, -int(-right // 4))
        maps[1 + int(class_id), rows, columns] = logit(score)
    return {"out": maps[None]}


@dataclass(frozen=True)
class Case:
    """One way in which a network answers, and what is to come of it."""

    answer: Callable[[], dict[str, Array]]
    layout: str
    names: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    size_input: bool = False
    one_class: bool = False
    coarse: float = 0.02
    classes: int = 3
    sure: float = 0.01


CASES = {
    "yolox": Case(yolox, "yolox"),
    "yolox, decoded": Case(yolox_decoded, "yolov5"),
    "yolov5": Case(yolov5, "yolov5"),
    "yolov5 before 7": Case(yolov5_before_7, "yolov5"),
    "yolov5, raw heads": Case(yolov5_heads, "yolov5_heads"),
    "yolov5, convolutions": Case(yolov5_convolutions, "yolov5_heads"),
    "yolov8": Case(yolov8, "yolov8"),
    "yolov8 with names": Case(yolov8, "yolov8", names=NAMES),
    "yolov8 lying": Case(yolov8_lying, "yolov8", names=NAMES),
    "yolov8 segments": Case(yolov8_segments, "yolov8"),
    "yolov8 pose": Case(lambda: yolov8(extra=51), "yolov8", names=NAMES),
    "yolov10": Case(end_to_end, "end_to_end", names=NAMES),
    "end to end, parts": Case(end_to_end_parts, "end_to_end_parts", names=NAMES),
    "end to end, rows": Case(end_to_end_rows, "end_to_end_parts", names=NAMES),
    "nanodet": Case(nanodet, "nanodet"),
    "nanodet-plus": Case(nanodet_plus, "nanodet"),
    "fastestdet": Case(fastestdet, "fastestdet"),
    "rt-detr": Case(detr, "detr", names=NAMES, size_input=True),
    "deim": Case(detr_squeezed, "detr", names=NAMES, size_input=True),
    "rt-detr raw": Case(detr_raw, "detr_raw"),
    "rt-detr raw, together": Case(detr_raw_together, "detr_raw", names=NAMES),
    "ssd": Case(ssd, "ssd"),
    "ssd of tensorflow": Case(ssd_tensorflow, "ssd_finished", names=NAMES),
    "ssd of caffe": Case(ssd_rows, "ssd_finished", names=NAMES),
    "yunet": Case(yunet, "yunet", one_class=True, classes=1),
    # Borders fall on whole cells of 4 pixels; the scores share with the other maps.
    "heat map": Case(heat_map, "heat_map", coarse=4.0, sure=0.5),
}


def facts(case: Case, dtype: type = np.float32) -> Facts:
    outputs = {
        name: array if array.dtype == np.int64 else array.astype(dtype)
        for name, array in case.answer().items()
    }
    return Facts(WIDTH, HEIGHT, outputs, case.metadata, case.names, case.size_input)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("what", CASES)
def test_known_boxes_come_back(what: str, dtype: type) -> None:
    case = CASES[what]
    said = facts(case, dtype)
    (layout, reading), *_ = recognise(said)
    assert layout.name == case.layout
    assert reading.classes == case.classes
    outputs = [said.outputs[name] for name in reading.outputs]
    threshold = 0.3
    found = layout.decode(outputs, Frame(WIDTH, HEIGHT, reading.classes, threshold))
    order = np.lexsort((found.xyxy[:, 0],))
    expected = BOXES[np.lexsort((BOXES[:, 0],))]
    tolerance = case.coarse if dtype is np.float32 else max(case.coarse, 0.3)
    np.testing.assert_allclose(found.xyxy[order], expected[:, :4], atol=tolerance)
    np.testing.assert_allclose(found.scores[order], expected[:, 4], atol=case.sure)
    wanted = np.zeros(len(expected)) if case.one_class else expected[:, 5]
    np.testing.assert_array_equal(found.class_ids[order], wanted)
    assert found.xyxy.dtype == found.scores.dtype == np.float32
    assert found.class_ids.dtype == np.int32


@pytest.mark.parametrize("what", CASES)
def test_nothing_above_the_threshold_is_no_boxes(what: str) -> None:
    said = facts(CASES[what])
    (layout, reading), *_ = recognise(said)
    outputs = [said.outputs[name] for name in reading.outputs]
    found = layout.decode(outputs, Frame(WIDTH, HEIGHT, reading.classes, 0.999))
    # A decoder may hand on what it has not sorted out; it makes nothing surer.
    assert not (found.scores >= 0.999).any()
    assert found.xyxy.shape == (len(found.scores), 4)
    assert found.class_ids.shape == found.scores.shape


def test_every_layout_has_a_case() -> None:
    tested = {case.layout for case in CASES.values()}
    others = {"classifier", "classifier_plain", "yolov7_heads"}
    assert set(LAYOUTS) - tested == others


@pytest.mark.parametrize("what", CASES)
def test_the_evidence_names_what_was_seen(what: str) -> None:
    for layout, reading in recognise(facts(CASES[what])):
        assert "output" in reading.evidence, layout.name
        assert not reading.evidence.endswith(".")


# Classifiers


@pytest.mark.parametrize(
    ("values", "best", "score"),
    [
        ([0.1, 0.7, 0.2], 1, 0.7),  # shares already
        ([1.0, 3.0, 1.0], 1, 0.787),  # logits
        ([2.0], 0, 0.881),  # one logit: there or not
        ([0.8], 0, 0.8),
    ],
)
def test_a_classifier_answers_with_the_whole_picture(
    values: list[float], best: int, score: float
) -> None:
    output = np.array([values], np.float32)
    said = Facts(WIDTH, HEIGHT, {"out": output}, {})
    readings = recognise(said)
    assert [layout.name for layout, _ in readings] == ["classifier", "classifier_plain"]
    layout, reading = readings[0]
    found = layout.decode([output], Frame(WIDTH, HEIGHT, reading.classes, 0.15))
    np.testing.assert_array_equal(found.xyxy, [[0, 0, WIDTH, HEIGHT]])
    assert found.class_ids.tolist() == [best]
    assert found.scores[0] == pytest.approx(score, abs=0.001)


def test_a_vector_of_features_is_no_classifier() -> None:
    rng = np.random.default_rng(3)
    output = rng.normal(size=(1, 256)).astype(np.float32)
    assert recognise(Facts(WIDTH, HEIGHT, {"embedding": output}, {})) == ()


def test_what_the_file_says_of_itself_leaves_one_reading_of_a_classifier() -> None:
    output = np.array([[0.5, 0.5]], np.float32)
    said = Facts(WIDTH, HEIGHT, {"out": output}, {"task": "classify"}, ("pass", "fail"))
    assert [layout.name for layout, _ in recognise(said)] == ["classifier_plain"]


# More than one reading


def test_two_readings_are_both_returned_the_likelier_first() -> None:
    """Rows in pixels: an object score before the classes, or one class more?"""
    found = recognise(facts(CASES["yolox, decoded"]))
    assert [layout.name for layout, _ in found] == ["yolov5", "yolov8"]
    assert [reading.classes for _, reading in found] == [3, 4]


def test_heads_may_have_either_anchors_and_one_reading_has_the_right_boxes() -> None:
    answer = yolov5_heads(V7_ANCHORS)
    said = Facts(
        WIDTH, HEIGHT, {n: a.astype(np.float32) for n, a in answer.items()}, {}
    )
    found = recognise(said)
    assert [layout.name for layout, _ in found] == ["yolov5_heads", "yolov7_heads"]
    wrong, right = (
        layout.decode(
            [said.outputs[name] for name in reading.outputs],
            Frame(WIDTH, HEIGHT, reading.classes, 0.3),
        )
        for layout, reading in found
    )
    expected = BOXES[np.lexsort((BOXES[:, 0],)), :4]
    order = np.lexsort((right.xyxy[:, 0],))
    np.testing.assert_allclose(right.xyxy[order], expected, atol=0.02)
    assert np.abs(wrong.xyxy[order] - expected).max() > 1


def test_names_in_the_file_decide() -> None:
    said = facts(CASES["yolov8 lying"])
    assert [layout.name for layout, _ in recognise(said)] == ["yolov8"]


def test_offsets_are_not_taken_for_pixels() -> None:
    assert [layout.name for layout, _ in recognise(facts(CASES["yolox"]))] == ["yolox"]


# Heat maps


@pytest.mark.parametrize("logits", [False, True])
def test_cells_that_touch_are_one_box(logits: bool) -> None:
    chance = np.full((HEIGHT // 8, WIDTH // 8), 0.02)
    for place in ((1, 1), (2, 2), (3, 1), (9, 12)):
        chance[place] = 0.9
    chance[9, 13] = 0.6
    output = (logit(chance) if logits else chance).astype(np.float32)[None, None]
    said = Facts(WIDTH, HEIGHT, {"anomaly_map": output}, {})
    ((layout, reading),) = recognise(said)
    assert (layout.name, reading.names) == ("heat_map", ("defect",))
    found = layout.decode([output], Frame(WIDTH, HEIGHT, 1, reading.score_threshold))
    assert found.xyxy.tolist() == [[8, 8, 24, 32], [96, 72, 112, 80]]
    np.testing.assert_allclose(found.scores, [0.9, 0.9], atol=1e-5)


def test_a_long_winding_region_is_one() -> None:
    from watchpost.engine.inference.layouts.heat_map import regions

    mask = np.zeros((41, 41), bool)
    mask[::2] = True
    mask[1::4, 0] = mask[3::4, -1] = True
    ((rows, columns),) = regions(mask)
    assert len(rows) == len(columns) == mask.sum()


def test_noise_is_cut_off() -> None:
    mask = np.zeros((100, 100), bool)
    mask[::2, ::2] = True
    from watchpost.engine.inference.layouts.heat_map import regions

    assert len(regions(mask)) == 300
    assert regions(np.zeros((3, 3), bool)) == []
