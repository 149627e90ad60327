"""Which model serves: chosen, damaged, quarantined, and always a way back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.stores import opened
from watchpost.api.identity import Identity
from watchpost.base.errors import ModelError, StoreError
from watchpost.domain.frames import InputSpec
from watchpost.edge import models
from watchpost.edge.models import SHIPPED, Inspect, ModelShelf, Serving
from watchpost.edge.stores import Stores
from watchpost.engine.inference.model import ModelInfo, TensorSpec
from watchpost.protocol.models import ActivateModel

ADMIN = Identity("R. Silva", "admin", remote=False)
PLAIN = ActivateModel()


def inspect(path: Path, sha256: str | None) -> ModelInfo:
    """Try a file the way the real inspection does, without a network inside."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, found) or content.startswith(b"broken"):
        raise ModelError(f"{path.name} is damaged.", todo="Copy it.", code="model.bad")
    return ModelInfo(
        path=path,
        sha256=found,
        input=InputSpec(320, 320),
        tensor=TensorSpec("images"),
        layout="test",
        evidence="It said so.",
        outputs=("output",),
        classes=("person", "cell phone"),
        score_threshold=0.1,
        trial_ms=5.0,
    )


class Shelf:
    """A shelf and what it told."""

    def __init__(self, stores: Stores, tries: Inspect = inspect) -> None:
        self.told: list[Serving | None] = []
        self.shelf = ModelShelf(stores.models, inspect=tries, serve=self.told.append)

    def served(self) -> list[str]:
        return [s.name if s is not None else "nothing" for s in self.told]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "house-detector.onnx"
    path.write_bytes(b"shipped")
    monkeypatch.setattr(models, "shipped_model", lambda: path)
    return path


@pytest.fixture
def stores(tmp_path: Path, shipped: Path) -> Iterator[Stores]:
    with opened(tmp_path) as found:
        yield found


def test_the_shipped_model_serves_at_the_first_start(stores: Stores) -> None:
    on = Shelf(stores)
    serving = on.shelf.start()
    assert serving is not None
    assert serving.id == SHIPPED
    (record,) = on.shelf.models()
    assert (record.state, record.name) == ("active", "house-detector")


def test_without_any_model_nothing_serves_and_nothing_breaks(
    stores: Stores, shipped: Path
) -> None:
    shipped.write_bytes(b"broken")
    on = Shelf(stores)
    assert on.shelf.start() is None
    assert on.served() == ["nothing"]


def test_a_customers_model_is_kept_by_content_and_renames_classes(
    stores: Stores,
) -> None:
    on = Shelf(stores)
    on.shelf.start()
    record = on.shelf.add("yard", b"their model", ADMIN)
    assert record.id == hashlib.sha256(b"their model").hexdigest()[:16]
    assert record.state == "ready"
    active = on.shelf.activate(
        record.id, ActivateModel(class_map={"cell phone": "car"}), ADMIN
    )
    assert active.state == "active"
    assert on.told[-1] is not None
    assert on.told[-1].class_names == ("person", "car")


def ambiguous(path: Path, sha256: str | None) -> ModelInfo:
    """Try a file that can be read in two ways."""
    info = inspect(path, sha256)
    return replace(info, others=(replace(info, layout="other", classes=("thing",)),))


def test_a_person_chooses_between_two_readings_and_the_choice_stands(
    stores: Stores,
) -> None:
    first = Shelf(stores, ambiguous)
    first.shelf.start()
    record = first.shelf.add("yard", b"their model", ADMIN)
    assert [r.layout for r in record.readings] == ["test", "other"]
    active = first.shelf.activate(record.id, ActivateModel(layout="other"), ADMIN)
    assert (active.layout, active.classes) == ("other", ("thing",))
    assert [r.layout for r in active.readings] == ["test", "other"]
    second = Shelf(stores, ambiguous)
    serving = second.shelf.start()
    assert serving is not None
    assert (serving.name, serving.info.layout) == ("yard", "other")
    with pytest.raises(ModelError, match="cannot be read as 'third'"):
        second.shelf.activate(record.id, ActivateModel(layout="third"), ADMIN)
    back = second.shelf.activate(record.id, ActivateModel(layout="test"), ADMIN)
    assert back.layout == "test"


def test_the_choice_stands_after_a_restart(stores: Stores) -> None:
    first = Shelf(stores)
    first.shelf.start()
    record = first.shelf.add("yard", b"their model", ADMIN)
    first.shelf.activate(record.id, ActivateModel(class_map={"person": "p"}), ADMIN)
    second = Shelf(stores)
    serving = second.shelf.start()
    assert serving is not None
    assert (serving.name, serving.class_names[0]) == ("yard", "p")


@pytest.mark.parametrize("content", [b"", b"broken file"])
def test_a_file_that_cannot_be_used_leaves_nothing_behind(
    stores: Stores, content: bytes
) -> None:
    on = Shelf(stores)
    on.shelf.start()
    with pytest.raises(ModelError):
        on.shelf.add("yard", content, ADMIN)
    assert [record.id for record in on.shelf.models()] == [SHIPPED]
    assert list(stores.folder.models.iterdir()) == []


def test_no_such_model(stores: Stores) -> None:
    on = Shelf(stores)
    on.shelf.start()
    with pytest.raises(StoreError, match="no model"):
        on.shelf.activate("nothing", PLAIN, ADMIN)
    assert on.served() == ["house-detector"]


def test_a_model_damaged_on_the_disk_is_refused_and_the_previous_serves(
    stores: Stores,
) -> None:
    first = Shelf(stores)
    first.shelf.start()
    record = first.shelf.add("yard", b"their model", ADMIN)
    first.shelf.activate(record.id, PLAIN, ADMIN)
    stores.models.path(record.sha256).write_bytes(b"their modem")
    second = Shelf(stores)
    serving = second.shelf.start()
    assert serving is not None
    assert serving.id == SHIPPED
    assert "yard cannot serve" in second.shelf.trouble
    assert stores.models.get(record.id).state == "refused"


def test_a_model_that_is_gone_is_refused(stores: Stores) -> None:
    first = Shelf(stores)
    first.shelf.start()
    record = first.shelf.add("yard", b"their model", ADMIN)
    first.shelf.activate(record.id, PLAIN, ADMIN)
    stores.models.path(record.sha256).unlink()
    second = Shelf(stores)
    assert second.shelf.start() is not None
    assert "gone" in stores.models.get(record.id).sentence


def test_a_quarantined_model_gives_way_to_the_one_before(stores: Stores) -> None:
    on = Shelf(stores)
    on.shelf.start()
    record = on.shelf.add("yard", b"their model", ADMIN)
    on.shelf.activate(record.id, PLAIN, ADMIN)
    on.shelf.quarantine(record.sha256, "It stopped three workers within a minute.")
    assert on.served() == ["house-detector", "yard", "house-detector"]
    assert "yard" in on.shelf.trouble
    assert stores.models.get(record.id).state == "quarantined"


def test_a_late_word_about_a_model_that_serves_no_more_changes_nothing(
    stores: Stores,
) -> None:
    on = Shelf(stores)
    on.shelf.start()
    on.shelf.quarantine("0" * 64, "Late.")
    assert on.served() == ["house-detector"]
    assert on.shelf.trouble == ""


def test_when_the_shipped_model_is_quarantined_nothing_serves(
    stores: Stores, shipped: Path
) -> None:
    on = Shelf(stores)
    on.shelf.start()
    sha256 = hashlib.sha256(shipped.read_bytes()).hexdigest()
    on.shelf.quarantine(sha256, "It stopped three workers within a minute.")
    assert on.served() == ["house-detector", "nothing"]


def test_choosing_by_hand_ends_the_trouble(stores: Stores) -> None:
    on = Shelf(stores)
    on.shelf.start()
    record = on.shelf.add("yard", b"their model", ADMIN)
    on.shelf.activate(record.id, PLAIN, ADMIN)
    on.shelf.quarantine(record.sha256, "It stopped three workers within a minute.")
    on.shelf.activate(SHIPPED, PLAIN, ADMIN)
    assert on.shelf.trouble == ""


def test_a_new_version_of_the_product_brings_its_new_model(
    stores: Stores, shipped: Path
) -> None:
    Shelf(stores).shelf.start()
    shipped.write_bytes(b"shipped, better")
    on = Shelf(stores)
    serving = on.shelf.start()
    assert serving is not None
    assert serving.info.sha256 == hashlib.sha256(b"shipped, better").hexdigest()
