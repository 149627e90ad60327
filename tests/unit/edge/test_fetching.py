"""Models of the catalogue on their way to an edge."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import file_server
from support.file_server import FileServer, serving
from support.stores import opened
from watchpost.api.identity import Identity
from watchpost.base.clock import SYSTEM_CLOCK
from watchpost.base.errors import ConfigError, ModelError
from watchpost.domain.frames import InputSpec
from watchpost.edge import models
from watchpost.edge.catalogue import CatalogueEntry
from watchpost.edge.download import Patience
from watchpost.edge.fetching import CatalogueDesk
from watchpost.edge.models import ModelShelf, Serving
from watchpost.edge.stores import Stores
from watchpost.engine.inference.model import ModelInfo, TensorSpec
from watchpost.protocol.models import CatalogueRecord

ADMIN = Identity("R. Silva", "admin", remote=False)
CONTENT = b"a model" * 20_000
QUICK = Patience(connect_s=1, read_s=0.2, tries=1, pause_s=0)


def inspect(path: Path, sha256: str | None) -> ModelInfo:
    content = path.read_bytes()
    if content.startswith(b"broken"):
        raise ModelError("It is no detector.", todo="Use one.", code="model.layout")
    return ModelInfo(
        path=path,
        sha256=sha256 or "",
        input=InputSpec(320, 320),
        tensor=TensorSpec("images"),
        layout="test",
        evidence="It said so.",
        outputs=("output",),
        classes=("person",),
        score_threshold=0.1,
        trial_ms=5.0,
    )


class Bench:
    """An edge's desk with one public model."""

    def __init__(self, stores: Stores, files: FileServer) -> None:
        self.stores = stores
        self.told: list[Serving | None] = []
        self.shelf = ModelShelf(stores.models, inspect=inspect, serve=self.told.append)
        self.shelf.start()
        entries = (
            entry("small", files.url, files.content),
            entry("other", files.url, b"other"),
            entry("looks", files.url, b"looks", task="appearance"),
        )
        self.desk = CatalogueDesk(
            self.shelf, stores.folder.models, entries=entries, patience=QUICK
        )

    def state(self) -> CatalogueRecord:
        return self.desk.catalogue()[0]

    def wait(self, is_so: Callable[[CatalogueRecord], bool]) -> CatalogueRecord:
        end_ns = SYSTEM_CLOCK.monotonic_ns() + 10 * 10**9
        while SYSTEM_CLOCK.monotonic_ns() < end_ns:
            if is_so(self.state()):
                return self.state()
            threading.Event().wait(0.005)
        raise AssertionError(self.state())


def entry(
    name: str, url: str, content: bytes, task: str = "detector"
) -> CatalogueEntry:
    return CatalogueEntry(
        name=name,
        title=name.capitalize(),
        task=task,
        classes=("person",),
        licence="MIT",
        author="Somebody",
        url=url,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        width=320,
        height=320,
        ms_one_core=4.0,
        note="",
    )


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    shipped = tmp_path / "house.onnx"
    shipped.write_bytes(b"shipped")
    monkeypatch.setattr(models, "shipped_model", lambda: shipped)
    with opened(tmp_path) as found:
        yield found


def test_a_fetched_model_is_on_the_shelf_and_the_present_one_serves_on(
    stores: Stores,
) -> None:
    with serving(CONTENT) as files:
        bench = Bench(stores, files)
        assert bench.state().state == "absent"
        assert bench.desk.get("small", ADMIN).state == "fetching"
        record = bench.wait(lambda r: r.state == "here")
    model = next(m for m in bench.shelf.models() if m.id == record.model_id)
    assert (model.name, model.licence, model.state) == ("Small", "MIT", "ready")
    assert [s.name for s in bench.told if s is not None] == ["house"]
    assert list(stores.folder.models.glob("*.part")) == []
    assert bench.desk.get("small", ADMIN).state == "here"  # nothing to do


def test_what_cannot_be_had_is_a_sentence_and_can_be_tried_again(
    stores: Stores,
) -> None:
    with serving(CONTENT, file_server.saying(503)) as files:
        bench = Bench(stores, files)
        bench.desk.get("small", ADMIN)
        record = bench.wait(lambda r: r.state == "failed")
        assert "HTTP 503" in record.sentence
        assert "goes on serving" in record.sentence
        bench.desk.get("small", ADMIN)
        bench.wait(lambda r: r.state == "here")


def test_a_model_that_cannot_be_used_is_refused_after_its_trial(
    stores: Stores,
) -> None:
    with serving(b"broken" * 1000) as files:
        bench = Bench(stores, files)
        bench.desk.get("small", ADMIN)
        record = bench.wait(lambda r: r.state == "failed")
    assert "no detector" in record.sentence
    assert [m.id for m in bench.shelf.models()] == ["shipped"]
    assert list(stores.folder.models.iterdir()) == []


def test_cancelling_frees_the_desk_at_once_and_keeps_what_arrived(
    stores: Stores,
) -> None:
    with serving(CONTENT, file_server.stalled(0.5)) as files:
        bench = Bench(stores, files)
        bench.desk.get("small", ADMIN)
        bench.wait(lambda r: r.progress > 0.4)
        assert bench.desk.cancel("small", ADMIN).state == "absent"
        bench.desk.get("small", ADMIN)  # the old connection may still hang
        bench.wait(lambda r: r.state == "here")
        assert files.ranges == [None, f"bytes={len(CONTENT) // 2}-"]


def test_one_model_at_a_time(stores: Stores) -> None:
    with serving(CONTENT, file_server.stalled(0.5)) as files:
        bench = Bench(stores, files)
        bench.desk.get("small", ADMIN)
        with pytest.raises(ModelError, match="Small is being fetched"):
            bench.desk.get("other", ADMIN)
        bench.desk.stop()


def test_what_is_not_listed_or_no_detector_is_refused(stores: Stores) -> None:
    with serving(CONTENT) as files:
        bench = Bench(stores, files)
    with pytest.raises(ConfigError, match="no model called 'nothing'"):
        bench.desk.get("nothing", ADMIN)
    with pytest.raises(ConfigError, match="no model called 'nothing'"):
        bench.desk.cancel("nothing", ADMIN)
    with pytest.raises(ModelError, match="no detector"):
        bench.desk.get("looks", ADMIN)
