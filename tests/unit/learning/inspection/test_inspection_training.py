"""With torch: the network, its export, and a whole small training by the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from support.boards import KINDS, write_boards
from watchpost.base.errors import LearningError
from watchpost.cli import main
from watchpost.learning.inspection.measuring import HeatReader, Scores, judge, score
from watchpost.learning.inspection.pairs import Pair, read_pairs
from watchpost.learning.inspection.recipe import InspectionRecipe

if TYPE_CHECKING:
    from watchpost.learning.inspection.crossing import Workshop

torch = pytest.importorskip(
    "torch", reason="needs torch: python3 packaging/bootstrap.py train"
)
pytest.importorskip("onnxscript", reason="needs the train extra")

RECIPE = """
task = "inspection"
name = "tiny"
folder = "set"
data_licence = "drawn"
width = 128
height = 128
crop = 64
steps = {steps}
batch = 8
learning_rate = 0.01
folds = 2
licence = "Apache-2.0"
weaknesses = ["It knows drawn boards alone."]
"""


def a_recipe(**changes: object) -> InspectionRecipe:
    whole = {
        "task": "inspection",
        "name": "tiny",
        "folder": "set",
        "data_licence": "drawn",
        "width": 128,
        "height": 128,
        "crop": 64,
        "steps": 80,
        "batch": 8,
        "learning_rate": 0.01,
    }
    return InspectionRecipe.model_validate(whole | changes)


def test_before_any_training_nearly_nothing_is_claimed() -> None:
    from watchpost.learning.inspection.network import Comparer, HeatMap

    torch.manual_seed(1)
    with torch.no_grad():
        heat = HeatMap(Comparer(6).eval())(torch.rand(2, 2, 64, 96) * 255)
    assert heat.shape == (2, 6, 8, 12)
    assert 0 <= float(heat.min()) <= float(heat.max()) < 0.1


def test_unknown_cells_cost_nothing_and_errors_do() -> None:
    from watchpost.learning.inspection.network import inspection_loss

    defect, kind = torch.full((1, 2, 2), 4.0), torch.zeros(1, 3, 2, 2)
    unknown = torch.full((1, 2, 2), -2)
    assert float(inspection_loss(defect, kind, unknown)) == 0
    assert float(inspection_loss(defect, kind, torch.full((1, 2, 2), -1))) > 1
    right = torch.full((1, 2, 2), 1)
    assert float(inspection_loss(-defect, kind, right)) > float(
        inspection_loss(defect, kind, right)
    )


def test_it_can_learn_a_few_pairs_by_heart(tmp_path: Path) -> None:
    from watchpost.learning.inspection.export import to_onnx
    from watchpost.learning.inspection.training import train

    kinds, pairs = read_pairs(write_boards(tmp_path / "set"))
    trained = train(a_recipe(), pairs, len(kinds), tmp_path / "work", threads=1)
    scores = score(pairs, HeatReader(to_onnx(trained.network, 128, 128)))
    at = judge(scores, 0.5, len(kinds))
    assert at.escaped.count == 0
    assert at.rejected.count == 0
    assert at.named.value == 1.0


def test_a_training_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    from watchpost.learning.inspection.training import train

    kinds, pairs = read_pairs(write_boards(tmp_path / "set", boards=1))
    recipe = a_recipe(steps=6, batch=2)
    whole = train(recipe, pairs, len(kinds), tmp_path / "whole", threads=1)
    asked = iter([False, False, False, True])
    part = train(
        recipe,
        pairs,
        len(kinds),
        tmp_path / "part",
        threads=1,
        stop=lambda: next(asked),
    )
    assert part.steps == 3
    again = train(recipe, pairs, len(kinds), tmp_path / "part", threads=1)
    assert again.steps == whole.steps == 6
    for name, weight in whole.network.state_dict().items():
        torch.testing.assert_close(again.network.state_dict()[name], weight)


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    from watchpost.learning.inspection.training import train

    kinds, pairs = read_pairs(write_boards(tmp_path / "set", boards=1, pictures=1))
    train(a_recipe(steps=1), pairs, len(kinds), tmp_path, threads=1)
    with pytest.raises(LearningError, match="of another recipe"):
        train(a_recipe(name="b", steps=1), pairs, len(kinds), tmp_path, threads=1)
    # It must not measure what it learnt from, so other pairs are something else too.
    _, others = read_pairs(write_boards(tmp_path / "others", boards=2, pictures=1))
    with pytest.raises(LearningError, match="of other pairs"):
        train(a_recipe(steps=1), others, len(kinds), tmp_path, threads=1)
    (tmp_path / "inspection.pt").write_bytes(b"nothing")
    with pytest.raises(LearningError, match="damaged"):
        train(a_recipe(steps=1), pairs, len(kinds), tmp_path, threads=1)


def a_workshop(folder: Path, **changes: object) -> Workshop:
    from watchpost.learning.inspection.crossing import Workshop

    whole: dict[str, Any] = {
        "recipe": a_recipe(steps=3, batch=2, folds=2),
        "kinds": len(KINDS),
        "folder": folder,
        "rounds": 3,
        "minutes": None,
        "threads": 1,
        "say": lambda _line: None,
        "stop": lambda: False,
    }
    return Workshop(**whole | changes)


def test_each_pair_is_measured_by_a_model_that_did_not_learn_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchpost.learning.inspection import crossing, training

    _, pairs = read_pairs(write_boards(tmp_path / "set"))
    learnt: list[set[str]] = []
    measured: list[str] = []

    def train(_recipe: object, pairs: list[Pair], *_: object, **__: object) -> object:
        learnt.append({pair.name for pair in pairs})
        return training.Trained(None, 1, 0.0)

    def score_noting(pairs: list[Pair], heat_of: object) -> Scores:
        names = [pair.name for pair in pairs]
        # What was learnt from is scored first, to choose the threshold; nothing else.
        if set(names) != learnt[-1]:
            measured.extend(names)
            assert not learnt[-1] & set(names)
        return score(pairs, lambda _pair: np.zeros((2, 16, 16), np.float32))

    monkeypatch.setattr(crossing, "train", train)
    monkeypatch.setattr(crossing, "to_onnx", lambda *_: b"")
    monkeypatch.setattr(crossing, "HeatReader", lambda content: content)
    monkeypatch.setattr(crossing, "score", score_noting)
    crossed = crossing.cross_validate(a_workshop(tmp_path / "work"), pairs, (0.5,))
    assert crossed is not None
    assert len(learnt) == len(crossed.thresholds) == 2
    assert sorted(measured) == [pair.name for pair in pairs]
    assert crossed.measured.escaped.total == 12
    assert crossed.steps == 2


def test_a_stopped_fold_goes_on_and_a_finished_one_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchpost.learning.inspection import training
    from watchpost.learning.inspection.crossing import cross_validate

    _, pairs = read_pairs(write_boards(tmp_path / "set"))
    asked = 0

    def stop_in_the_second() -> bool:
        nonlocal asked
        asked += 1
        # Three steps of the first fold and the question after it, then one step.
        return asked > 5

    shop = a_workshop(tmp_path / "work", stop=stop_in_the_second)
    assert cross_validate(shop, pairs, ()) is None
    first = tmp_path / "work" / "fold-1" / "inspection.pt"
    assert torch.load(first, weights_only=True)["step"] == 3
    second = tmp_path / "work" / "fold-2" / "inspection.pt"
    assert torch.load(second, weights_only=True)["step"] == 1

    taken: list[int] = []
    step = training._step

    def noting(state: Any, *others: Any) -> None:
        taken.append(state.step)
        step(state, *others)

    monkeypatch.setattr(training, "_step", noting)
    crossed = cross_validate(a_workshop(tmp_path / "work"), pairs, ())
    assert crossed is not None
    assert crossed.steps == 6
    assert taken == [1, 2]


def test_the_command_makes_a_model_with_its_cards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_boards(tmp_path / "set")
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(steps=3), encoding="utf-8")
    out = tmp_path / "out" / "tiny.onnx"
    words = ["train", str(recipe), "--data", str(tmp_path), "--out", str(out)]
    assert main([*words, "--threads", "1", "--json", str(tmp_path / "card.json")]) == 0
    assert "good parts rejected" in capsys.readouterr().out
    card = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    assert card["classes"] == list(KINDS)
    # Of all six pairs, not of a part.
    assert card["metrics"]["defects_escaped"]["total"] == 12
    assert card["metrics"]["good_parts_rejected"]["total"] == 6
    assert card["data"][0]["boards"] == {"00000": 2, "00001": 2, "00002": 2}
    assert card["measured_by"]["boards_of_fold"] == [["00000", "00002"], ["00001"]]
    assert len(card["measured_by"]["threshold_of_fold"]) == 2
    assert card["trained_by"]["steps"] == 3
    text = out.with_suffix(".md").read_text(encoding="utf-8")
    assert card["sha256"] in text
    assert "It knows drawn boards alone." in text
    assert "Cross-validated in 2 folds" in text
    assert "00001 (2 pictures)" in text
    _, pairs = read_pairs(tmp_path / "set")
    heat = HeatReader(out)(pairs[0])
    assert heat.shape == (2, 16, 16)
    assert np.isfinite(heat).all()


def test_options_of_detectors_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE.format(steps=3), encoding="utf-8")
    words = ["train", str(recipe), "--data", str(tmp_path), "--out", "a.onnx"]
    assert main([*words, "--size", "64x64"]) == 2
    assert "--size is for detectors" in capsys.readouterr().err
