from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.models import info, write_detector
from watchpost.learning.calibration import ScoreLine
from watchpost.learning.card import (
    Card,
    DataUsed,
    Measured,
    TrainedBy,
    as_json,
    as_markdown,
    weaknesses_of,
)
from watchpost.learning.evaluation.detector import DetectorScore
from watchpost.learning.evaluation.precision import ClassScore
from watchpost.learning.recipes import Recipe

RECIPE = Recipe(
    name="tiny",
    classes=("person", "car"),
    width=64,
    height=64,
    epochs=2,
    batch=2,
    learning_rate=0.01,
    weaknesses=("Rain.",),
)


def measured(**scores: ClassScore) -> Measured:
    return Measured("Some pictures", DetectorScore(3, scores, 1.0))


@pytest.mark.parametrize(
    ("metrics", "says"),
    [
        ({"a": measured(person=ClassScore(100, 0.2, 0.1))}, "AP50 0.20 on a"),
        ({"a": measured(person=ClassScore(5, 0.9, 0.8))}, "only 5 objects"),
        ({"a": measured(car=ClassScore(100, 0.9, 0.8))}, "person: not measured"),
        (
            {"simulator": measured(person=ClassScore(100, 0.9, 0.8))},
            "simulated pictures alone",
        ),
    ],
)
def test_what_was_measured_becomes_a_weakness(
    metrics: dict[str, Measured], says: str
) -> None:
    found = weaknesses_of(RECIPE, metrics, ("person",))
    assert found[0] == "Rain."
    assert len(found) == 2
    assert says in found[1]


def test_a_good_class_is_no_weakness() -> None:
    metrics = {"a": measured(person=ClassScore(100, 0.9, 0.8))}
    assert weaknesses_of(RECIPE, metrics, ("person",)) == ("Rain.",)


def test_both_cards_say_the_same(tmp_path: Path) -> None:
    model = info(write_detector(tmp_path / "tiny.onnx"))
    card = Card(
        name="tiny",
        release="1.2.3",
        model=model,
        megabytes=1.5,
        licence="Apache-2.0",
        data=(DataUsed("images/a", "CC BY 4.0", 10, 2, ("person",), loose=True),),
        lines=(ScoreLine(2.0, -0.5, 30), ScoreLine()),
        metrics={"yard": measured(person=ClassScore(7, 0.51234, 0.25))},
        weaknesses=("Rain.",),
        trained_by=TrainedBy("abc", "tiny", 7, 1, 2, 40, 0.5),
    )
    read = json.loads(as_json(card))
    assert read["sha256"] == model.sha256
    assert read["classes"] == ["person", "car"]
    assert read["metrics"]["yard"]["classes"]["person"] == {
        "objects": 7,
        "ap50": 0.5123,
        "ap50_95": 0.25,
    }
    assert read["calibration"] == {"person": {"slope": 2.0, "shift": -0.5}}
    assert read["trained_by"]["commit"] == "abc"
    text = as_markdown(card).decode()
    for part in (model.sha256, "1.2.3", "CC BY 4.0", "0.512", "Rain.", "1 of 2 epochs"):
        assert part in text
    assert "| images/a | 10 | 2 | person (not all) | CC BY 4.0 |" in text
