"""With torch alone: the network, its export, and a whole small training."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from support.models import write_detector
from watchpost.base.errors import LearningError
from watchpost.cli import main
from watchpost.engine.inference.inspection import inspect_model
from watchpost.learning.cells import cell_grid
from watchpost.learning.evaluation.detector import score_detector
from watchpost.learning.parts import PARTS
from watchpost.learning.picture_cache import PictureCache
from watchpost.learning.recipes import Recipe, read_recipe
from watchpost.learning.sources import read_all

torch = pytest.importorskip(
    "torch", reason="needs torch: python3 packaging/bootstrap.py train"
)
pytest.importorskip("onnxscript", reason="needs the train extra")

WIDTH, HEIGHT = 192, 96
RECIPE = f"""
name = "tiny"
classes = ["part", "defect"]
width = {WIDTH}
height = {HEIGHT}
epochs = 12
epoch_pictures = 192
batch = 16
learning_rate = 0.003
ugly = 0.0
mosaic = 0.0
held_back = 0
licence = "Apache-2.0"

[simulator]
frames = 32
scenes = ["conveyor"]
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return read_recipe(str(path))


@pytest.fixture(scope="module")
def cache(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> PictureCache:
    folder = tmp_path_factory.mktemp("pictures")
    return PictureCache.build(folder, read_all(recipe, folder))


def fresh_checkpoint(recipe: Recipe, seed: int = 3):
    from watchpost.learning.checkpoints import Checkpoint
    from watchpost.learning.network import Detector

    torch.manual_seed(seed)
    network = Detector(len(recipe.classes))
    network.train()
    with torch.no_grad():
        # So that the batch norms have something to fold.
        for _ in range(3):
            network(torch.rand(4, 3, HEIGHT, WIDTH) * 255)
    weights = network.state_dict()
    return Checkpoint(
        recipe=recipe.name,
        classes=recipe.classes,
        width=WIDTH,
        height=HEIGHT,
        epoch=1,
        step=3,
        spent_s=1.0,
        network=weights,
        average=weights,
        optimiser={},
    )


def test_the_network_answers_for_every_cell_of_the_grid(recipe: Recipe) -> None:
    from watchpost.learning.network import Detector

    network = Detector(len(recipe.classes)).eval()
    with torch.no_grad():
        rows = network(torch.zeros(2, 3, HEIGHT, WIDTH))
    assert rows.shape == (2, len(cell_grid(WIDTH, HEIGHT)[0]), 4 + 2)
    # Before any training nearly nothing is claimed.
    assert float(rows[..., 4:].sigmoid().max()) < 0.1


def test_a_class_is_there_only_where_an_object_is(recipe: Recipe) -> None:
    from watchpost.learning.network import Detector

    network = Detector(len(recipe.classes)).eval()
    pictures = torch.rand(1, 3, HEIGHT, WIDTH) * 255
    with torch.no_grad():
        for row in network.object_rows:
            row.weight.zero_()
            row.bias.fill_(-6.0)
        for row in network.class_rows:
            row.weight.zero_()
            row.bias.copy_(torch.tensor([40.0, 0.0]))
        logits = network(pictures)[..., 4:]
    there = 1 / (1 + np.exp(6.0))
    wanted = torch.tensor([there, there / 2], dtype=torch.float32).expand_as(logits)
    torch.testing.assert_close(logits.sigmoid(), wanted, rtol=1e-4, atol=1e-7)


def test_raw_columns_and_boxes_are_each_others_inverse() -> None:
    from watchpost.learning.losses import boxes_of, giou, raw_columns

    grid, step = (torch.tensor(a.copy()) for a in cell_grid(WIDTH, HEIGHT))
    step = step[:, None]
    middle = (grid + torch.rand(grid.shape)) * step
    size = step * (0.2 + 4 * torch.rand(grid.shape))
    boxes = torch.cat((middle - size / 2, middle + size / 2), 1)
    again = boxes_of(raw_columns(boxes, grid, step), grid, step)
    torch.testing.assert_close(again, boxes, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(giou(again, boxes), torch.ones(len(boxes)))


def test_what_is_unknown_costs_nothing(recipe: Recipe) -> None:
    from watchpost.learning.losses import detection_loss

    cells = len(cell_grid(WIDTH, HEIGHT)[0])
    rows = torch.full((1, cells, 6), 3.0)
    batch = {
        "scores": torch.zeros(1, cells, 2),
        "boxes": torch.zeros(1, cells, 4),
        "known": torch.zeros(1, cells, 2, dtype=torch.bool),
    }
    assert float(detection_loss(rows, batch, WIDTH, HEIGHT).sum()) == 0.0
    batch["known"][0, 5, 1] = True
    assert float(detection_loss(rows, batch, WIDTH, HEIGHT)[0]) > 0.1


def test_the_exported_file_says_what_the_network_says(
    recipe: Recipe, tmp_path: Path
) -> None:
    from watchpost.learning.export import to_onnx
    from watchpost.learning.network import Detector

    checkpoint = fresh_checkpoint(recipe)
    content = to_onnx(checkpoint, metadata={"license": "Apache-2.0"})
    path = tmp_path / "tiny.onnx"
    path.write_bytes(content)
    model = inspect_model(path)
    assert model.layout == "yolox"
    assert model.classes == recipe.classes
    assert model.licence == "Apache-2.0"
    assert (model.input.width, model.input.height) == (WIDTH, HEIGHT)
    network = Detector(2).eval()
    network.load_state_dict(checkpoint.average)
    picture = np.random.default_rng(1).uniform(0, 255, (1, 3, HEIGHT, WIDTH))
    picture = picture.astype(np.float32)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (rows,) = session.run(None, {"picture": picture})
    with torch.no_grad():
        wanted = network(torch.from_numpy(picture))[0].numpy()
    np.testing.assert_allclose(rows[0][:, :4], wanted[:, :4], atol=2e-3)
    scores = rows[0][:, 4:5] * rows[0][:, 5:]
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-wanted[:, 4:])), atol=1e-4)
    operators = {node.op_type for node in _graph(content).node}
    assert "BatchNormalization" not in operators


def _graph(content: bytes):
    import onnx

    return onnx.load_model_from_string(content).graph


@pytest.mark.parametrize("size", [(100, 96), (192, 32)])
def test_odd_input_sizes_are_refused(recipe: Recipe, size: tuple[int, int]) -> None:
    from watchpost.learning.export import to_onnx

    with pytest.raises(LearningError, match="cannot be used"):
        to_onnx(fresh_checkpoint(recipe), width=size[0], height=size[1])


def test_weights_of_something_else_are_refused(recipe: Recipe) -> None:
    from watchpost.learning.export import to_onnx

    checkpoint = fresh_checkpoint(recipe)
    other = dataclasses.replace(checkpoint, classes=("part", "defect", "more"))
    with pytest.raises(LearningError, match="another network"):
        to_onnx(other)
    weights = {name: v * float("nan") for name, v in checkpoint.average.items()}
    with pytest.raises(LearningError, match="not numbers"):
        to_onnx(dataclasses.replace(checkpoint, average=weights))


def test_checkpoints_come_back_and_damaged_ones_are_said(
    recipe: Recipe, tmp_path: Path
) -> None:
    from watchpost.learning.checkpoints import load_checkpoint, save_checkpoint

    assert load_checkpoint(tmp_path) is None
    checkpoint = fresh_checkpoint(recipe)
    save_checkpoint(tmp_path, checkpoint)
    found = load_checkpoint(tmp_path)
    assert found is not None
    assert (found.classes, found.step) == (recipe.classes, 3)
    name = next(iter(found.average))
    assert torch.equal(found.average[name], checkpoint.average[name])
    path = tmp_path / "checkpoint.pt"
    whole = path.read_bytes()
    for damaged in (whole[:1000], b"no checkpoint", b""):
        path.write_bytes(damaged)
        with pytest.raises(LearningError, match="damaged"):
            load_checkpoint(tmp_path)


def test_a_stopped_training_goes_on_where_it_was(
    recipe: Recipe, cache: PictureCache, tmp_path: Path
) -> None:
    from watchpost.learning.checkpoints import load_checkpoint
    from watchpost.learning.training import Plan, run

    small = recipe.model_copy(update={"epochs": 2, "epoch_pictures": 8, "batch": 4})
    plan = Plan(out=tmp_path, threads=1, loaders=0)
    asked = iter((False, True))
    stopped = run(small, cache.folder, plan, stop=lambda: next(asked))
    assert (stopped.epoch, stopped.step) == (0, 1)
    found = load_checkpoint(tmp_path)
    assert found is not None
    assert found.step == 1
    finished = run(small, cache.folder, plan)
    assert finished.step == 4
    other = small.model_copy(update={"classes": ("part", "person")})
    with pytest.raises(LearningError, match="other classes"):
        run(other, cache.folder, plan)


def test_batch_norms_keep_what_they_have_late_in_a_training(
    recipe: Recipe, cache: PictureCache, tmp_path: Path
) -> None:
    from watchpost.learning.training import Plan, run

    small = recipe.model_copy(update={"epochs": 5, "epoch_pictures": 8, "batch": 4})
    plan = Plan(out=tmp_path, threads=1, loaders=0)

    def until(step: int) -> tuple[list[Any], list[Any]]:
        asked = iter(range(step))
        network = run(
            small, cache.folder, plan, stop=lambda: next(asked) == step - 1
        ).network
        means = [v for name, v in network.items() if name.endswith("running_mean")]
        scales = [v for name, v in network.items() if name.endswith("1.weight")]
        return means, scales

    early, middle = until(3)[0], until(4)
    assert not all(torch.equal(a, b) for a, b in zip(early, middle[0], strict=True))
    late = until(4)
    assert all(torch.equal(a, b) for a, b in zip(middle[0], late[0], strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(middle[1], late[1], strict=True))


def test_a_guided_part_sees_what_it_is_given_and_learns_alone() -> None:
    from watchpost.learning.losses import map_loss
    from watchpost.learning.network import Detector

    network = Detector(2)
    pictures = torch.rand(2, 3, HEIGHT, WIDTH) * 255
    with torch.no_grad():
        theirs = {part: m + 1 for part, m in network.maps(pictures).items()}
    assert tuple(theirs) == PARTS
    ours = network.maps(pictures, theirs)
    missed = map_loss({"neck8": ours["neck8"]}, {"neck8": theirs["neck8"]})
    assert float(missed.detach()) > 0
    missed.backward()
    learning = {
        name.partition(".")[0]
        for name, p in network.named_parameters()
        if p.grad is not None
    }
    assert learning == {"neck8"}
    assert float(map_loss(theirs, theirs)) == 0.0
    with pytest.raises(LearningError, match=r"teacher's map for stem is \(16, 1, 1\)"):
        map_loss(ours, {"stem": torch.zeros(2, 16, 1, 1)})


@pytest.mark.data
def test_after_the_guided_part_the_optimiser_begins_anew(
    recipe: Recipe, cache: PictureCache, shared_data: Path, tmp_path: Path
) -> None:
    from watchpost.learning.training import Plan, run

    teacher = read_recipe("detector").teacher
    assert teacher is not None
    teacher = teacher.model_copy(update={"classes": {"part": 39}})
    taught = recipe.model_copy(
        update={"teacher": teacher, "guided": 0.5}
        | {"epochs": 4, "epoch_pictures": 8, "batch": 4}
    )
    plan = Plan(out=tmp_path, teacher=shared_data / teacher.file, threads=1, loaders=0)
    done = run(taught, cache.folder, plan)
    assert done.step == 8
    memory = done.optimiser["state"]
    # Of eight steps the second half was made together.
    assert {int(entry["step"]) for entry in memory.values()} == {4}
    assert all(bool(torch.isfinite(v).all()) for v in done.network.values())


def test_a_network_started_from_a_model_says_what_the_model_says(
    recipe: Recipe, tmp_path: Path
) -> None:
    from watchpost.learning.export import to_onnx
    from watchpost.learning.network import Detector
    from watchpost.learning.start import start_from

    checkpoint = fresh_checkpoint(recipe)
    (tmp_path / "old.onnx").write_bytes(to_onnx(checkpoint))
    old = Detector(2).eval()
    old.load_state_dict(checkpoint.average)
    pictures = torch.rand(8, 3, HEIGHT, WIDTH) * 255
    # Another order, and a class that the old model does not know.
    network = Detector(3)
    start_from(tmp_path / "old.onnx", network, ("defect", "person", "part"), pictures)
    with torch.no_grad():
        wanted, said = old(pictures), network.eval()(pictures)
        torch.testing.assert_close(said[..., :4], wanted[..., :4], rtol=1e-3, atol=1e-3)
        known = said[..., [6, 4]]
        torch.testing.assert_close(known, wanted[..., 4:], rtol=1e-3, atol=1e-3)
        # While it learns, batch norms go by what they see: the same, on these pictures.
        learning = network.train()(pictures)
        torch.testing.assert_close(learning, said, rtol=1e-2, atol=1e-2)


def test_a_model_of_another_kind_is_refused_as_a_start(
    recipe: Recipe, tmp_path: Path
) -> None:
    from watchpost.learning.network import Detector
    from watchpost.learning.start import model_to_start_from, start_from

    pictures = torch.zeros(2, 3, HEIGHT, WIDTH)
    with pytest.raises(LearningError, match="no model that this trainer made"):
        start_from(write_detector(tmp_path / "x.onnx"), Detector(1), ("a",), pictures)
    (tmp_path / "y.onnx").write_bytes(b"no model")
    with pytest.raises(LearningError, match="no model that this trainer made"):
        start_from(tmp_path / "y.onnx", Detector(1), ("a",), pictures)
    with pytest.raises(LearningError, match="no model nobody to start from"):
        model_to_start_from("nobody")


def test_a_training_that_goes_on_from_a_model_names_it(
    recipe: Recipe, cache: PictureCache, tmp_path: Path
) -> None:
    from watchpost.learning.export import to_onnx
    from watchpost.learning.training import Plan, run

    start = tmp_path / "old.onnx"
    start.write_bytes(to_onnx(fresh_checkpoint(recipe)))
    onward = recipe.model_copy(
        update={"start": str(start), "epochs": 1, "epoch_pictures": 8, "batch": 4}
    )
    plan = Plan(out=tmp_path / "out", threads=1, loaders=0)
    done = run(onward, cache.folder, plan)
    digest = hashlib.sha256(start.read_bytes()).hexdigest()
    assert done.begun_with == f"old.onnx (SHA-256 {digest})"
    start.unlink()
    # Going on does not begin again: the model may be gone by then.
    assert run(onward, cache.folder, plan).begun_with == done.begun_with


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_learns_too(recipe: Recipe, cache: PictureCache, tmp_path: Path) -> None:
    from watchpost.learning.export import to_onnx
    from watchpost.learning.training import Plan, run

    short = recipe.model_copy(update={"epochs": 1, "epoch_pictures": 8, "batch": 4})
    plan = Plan(out=tmp_path, loaders=0, device="cuda")
    assert to_onnx(run(short, cache.folder, plan))


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a computer without a GPU")
def test_a_gpu_that_is_not_there_is_said() -> None:
    from watchpost.learning.training import find_device

    assert find_device(None) == "cpu"
    with pytest.raises(LearningError, match="no GPU"):
        find_device("cuda")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_training_learns_its_few_pictures_by_heart(
    recipe: Recipe, cache: PictureCache, tmp_path: Path
) -> None:
    from watchpost.learning.export import to_onnx
    from watchpost.learning.training import Plan, run

    path = tmp_path / "tiny.onnx"
    plan = Plan(out=tmp_path / "out", threads=1, loaders=0)
    by_heart = recipe.model_copy(update={"moved": 0.0, "epochs": 30})
    path.write_bytes(to_onnx(run(by_heart, cache.folder, plan)))
    examples = [cache[int(n)] for n in cache.for_training()]
    score = score_detector(inspect_model(path), examples, recipe.classes)
    print(score)
    assert score.pictures == 32
    assert score.classes["part"].ap50 > 0.9
    assert score.classes["defect"].ap50 > 0.9


def test_the_command_trains_exports_and_writes_the_cards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = RECIPE.replace("frames = 32", "frames = 8").replace("held_back = 0", "")
    text = text.replace("epochs = 12", "epochs = 1").replace("= 192\nb", "= 16\nb")
    (tmp_path / "tiny.toml").write_text(text, encoding="utf-8")
    out = tmp_path / "made" / "tiny.onnx"
    words = ["train", str(tmp_path / "tiny.toml"), "--data", str(tmp_path)]
    words += ["--out", str(out), "--workers", "0", "--threads", "1"]
    assert main([*words, "--json", str(tmp_path / "card.json")]) == 0
    card = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    assert card == json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == inspect_model(out).sha256
    assert card["megabytes"] < 6
    assert card["trained_by"]["epochs"] == 1
    assert card["data"][0]["held_back"] == 1
    assert out.with_suffix(".md").read_text(encoding="utf-8").startswith("# tiny")
    again = ["--export-only", str(out.with_suffix(".training")), "--size", "128x64"]
    assert main([*words, *again]) == 0
    assert inspect_model(out).input.width == 128
    assert "written:" in capsys.readouterr().out


def test_a_folder_without_a_checkpoint_is_said(
    cache: PictureCache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tiny.toml").write_text(RECIPE, encoding="utf-8")
    words = ["train", str(tmp_path / "tiny.toml"), "--data", str(tmp_path)]
    words += ["--out", str(tmp_path / "tiny.onnx"), "--cache", str(cache.folder)]
    assert main([*words, "--export-only", str(tmp_path)]) == 2
    assert "no checkpoint" in capsys.readouterr().err
