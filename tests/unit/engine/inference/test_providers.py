"""Execution providers: the best that really runs, and a word where it is not the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.models import SIDE, write_detector
from watchpost.base.errors import ModelError
from watchpost.engine.inference.providers import CPU, choices, open_first
from watchpost.engine.inference.session import Session

CUDA, DML = "CUDAExecutionProvider", "DmlExecutionProvider"


class Driver:
    """A computer whose providers work, are missing, or refuse."""

    def __init__(self, **states: str) -> None:
        self.states = states
        self.asked: list[str] = []

    def __call__(self, name: str) -> Any:
        self.asked.append(name)
        state = self.states.get(name, "works")
        if state == "refuses":
            raise RuntimeError("no kernel image\nfor this device")
        return _Session([CPU] if state == "missing" else [name, CPU])


class _Session:
    def __init__(self, providers: list[str]) -> None:
        self._providers = providers

    def get_providers(self) -> list[str]:
        return self._providers


@pytest.mark.parametrize(
    ("available", "expected"),
    [
        ([CPU], [CPU]),
        ([], [CPU]),
        (["AzureExecutionProvider", CPU], [CPU]),
        ([CPU, DML, CUDA], [CUDA, DML, CPU]),
        (
            ["CoreMLExecutionProvider", "OpenVINOExecutionProvider", CPU],
            ["OpenVINOExecutionProvider", "CoreMLExecutionProvider", CPU],
        ),
    ],
)
def test_the_order_is_fixed_and_the_processor_is_last(
    available: list[str], expected: list[str]
) -> None:
    assert list(choices(available)) == expected


def test_the_first_that_works_is_taken() -> None:
    driver = Driver()
    opened = open_first((CUDA, DML, CPU), driver)
    assert (opened.title, opened.fallback) == ("CUDA", "")
    assert driver.asked == [CUDA]


def test_a_computer_without_accelerators_is_no_fallback() -> None:
    opened = open_first((CPU,), Driver())
    assert (opened.title, opened.fallback) == ("CPU", "")


def test_a_fallback_says_what_instead_of_what_and_why() -> None:
    driver = Driver(**{CUDA: "missing", DML: "refuses"})
    opened = open_first((CUDA, DML, CPU), driver)
    assert opened.title == "CPU"
    assert opened.fallback == (
        "CPU serves instead of CUDA (CUDA: its driver or a library is missing; "
        "DirectML: no kernel image)."
    )


def test_the_last_ones_failure_is_the_callers() -> None:
    with pytest.raises(RuntimeError, match="no kernel image"):
        open_first((CPU,), Driver(**{CPU: "refuses"}))


def test_a_provider_that_this_computer_has_not_ends_on_the_processor(
    tmp_path: Path,
) -> None:
    """With the real runtime: it goes over by itself, and we notice."""
    content = write_detector(tmp_path / "m.onnx").read_bytes()
    with pytest.warns(UserWarning, match="not in available provider names"):
        session = Session(content, "m", providers=(CUDA, CPU))
    assert session.provider == "CPU"
    assert "instead of CUDA" in session.fallback
    picture = np.zeros((1, 3, SIDE, SIDE), np.float32)
    (answer,) = session.run(["output"], {"images": picture})
    assert answer.shape[0] == 1


def test_an_accelerator_that_takes_a_model_and_does_not_run_it_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_detector(tmp_path / "m.onnx").read_bytes()
    real = Session(content, "m", providers=(CPU,))

    class Fails:
        def run(self, *_: object) -> list[np.ndarray]:
            raise RuntimeError("out of device memory")

        def get_providers(self) -> list[str]:
            return [CUDA, CPU]

    class Works(Fails):
        def run(self, outputs: Any, inputs: Any) -> list[np.ndarray]:
            return list(real.run(outputs, inputs))

    from watchpost.engine.inference import session as module

    monkeypatch.setattr(
        module, "_open", lambda _content, name: Fails() if name == CUDA else Works()
    )
    session = Session(content, "m", providers=(CUDA, CPU))
    assert session.provider == "CUDA"
    inputs = {"images": np.zeros((1, 3, SIDE, SIDE), np.float32)}
    session.run(["output"], inputs)
    assert session.provider == "CPU"
    assert "out of device memory" in session.fallback


def test_after_a_good_run_a_bad_picture_changes_no_provider(tmp_path: Path) -> None:
    content = write_detector(tmp_path / "m.onnx").read_bytes()
    session = Session(content, "m")
    session.run(["output"], {"images": np.zeros((1, 3, SIDE, SIDE), np.float32)})
    with pytest.raises(RuntimeError):
        session.run(["output"], {"images": np.zeros((1, 3, 8, 8), np.float32)})
    assert (session.provider, session.fallback) == ("CPU", "")


def test_what_no_provider_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        Session(b"no model", "m")
    assert caught.value.code == "model.load"
