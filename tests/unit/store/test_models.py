from __future__ import annotations

import hashlib

import pytest

from watchpost.base.errors import StoreError
from watchpost.protocol.models import ModelRecord
from watchpost.store.database import Database
from watchpost.store.models import ModelRepository


@pytest.fixture
def models(db: Database) -> ModelRepository:
    return ModelRepository(db)


def record(model_id: str) -> ModelRecord:
    return ModelRecord(
        id=model_id,
        name=f"Model {model_id}",
        sha256=hashlib.sha256(model_id.encode()).hexdigest(),
        layout="yolox_raw",
        evidence="One output of 3549 x 85",
        width=416,
        height=416,
        classes=("person", "cell phone"),
        state="ready",
        megabytes=3.7,
    )


def test_one_model_serves_and_the_one_before_is_known(models: ModelRepository) -> None:
    assert models.active() is None
    for name in ("a", "b", "c"):
        models.add(record(name), "tester")
    assert [model.state for model in models.list()] == ["ready"] * 3
    models.activate("a", {}, "tester")
    served = models.activate("b", {"cell phone": "car"}, "tester")
    assert served.state == "active"
    active, previous = models.active(), models.previous()
    assert active is not None
    assert previous is not None
    assert (active.record.id, active.class_map) == ("b", {"cell phone": "car"})
    assert previous.record.id == "a"
    # Activated again with other names: the one before stays the one before.
    models.activate("b", {}, "tester")
    again = models.previous()
    assert again is not None
    assert again.record.id == "a"
    assert [model.state for model in models.list()] == ["ready", "active", "ready"]


def test_a_quarantined_model_does_not_serve(models: ModelRepository) -> None:
    models.add(record("a"), "tester")
    models.activate("a", {}, "tester")
    models.set_state("a", "quarantined", "It hung three times in a minute.")
    assert models.active() is None
    assert models.get("a").sentence == "It hung three times in a minute."
    models.activate("a", {}, "tester")
    assert (models.get("a").state, models.get("a").sentence) == ("active", "")


def test_what_is_known_of_a_model_can_be_replaced(models: ModelRepository) -> None:
    models.add(record("a"), "tester")
    models.activate("a", {}, "tester")
    faster = record("a").model_copy(update={"inference_ms": 12.0, "state": "active"})
    assert models.add(faster, "edge") == faster
    assert models.get("a").state == "active"


def test_a_model_that_is_none_is_refused(models: ModelRepository) -> None:
    for use in (
        lambda: models.get("x"),
        lambda: models.activate("x", {}, "a"),
        lambda: models.set_state("x", "ready"),
    ):
        with pytest.raises(StoreError) as caught:
            use()
        assert caught.value.code == "model.unknown"


def test_files_are_named_by_their_content_and_checked(models: ModelRepository) -> None:
    content = b"onnx" * 1000
    path, sha256 = models.put_file(content)
    assert path.name == f"{sha256}.onnx"
    assert models.put_file(content) == (path, sha256)
    model = record("a").model_copy(update={"sha256": sha256})
    assert models.file_is_whole(model)
    damaged = bytearray(content)
    damaged[1500] ^= 1
    path.write_bytes(damaged)
    assert not models.file_is_whole(model)
    path.write_bytes(content[:100])
    models.put_file(content)  # a truncated file is written again
    assert models.file_is_whole(model)
    path.unlink()
    assert not models.file_is_whole(model)
