from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from watchpost.console.collector import Collector


class Ring(QObject):
    """A Qt object that refers to itself, and tells on which thread it ended."""

    ended: list[int]

    def __init__(self, ended: list[int]) -> None:
        super().__init__()
        self.myself = self
        weakref.finalize(self, lambda: ended.append(threading.get_ident()))


def allocate() -> None:
    """Do what makes the automatic collector run: many containers at once."""
    for _ in range(20):
        _kept = [[] for _ in range(50_000)]


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    del qtbot
    was_enabled = gc.isenabled()
    parent = QObject()
    made = Collector(parent)
    made.start()
    yield made
    made.stop()
    if not was_enabled:
        gc.disable()


def test_qt_objects_end_on_the_qt_thread_alone(collector: Collector) -> None:
    ended: list[int] = []
    for _ in range(50):
        Ring(ended)
    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert ended == []
    collector.look()
    assert len(ended) == 50
    assert set(ended) == {threading.get_ident()}


def test_it_hands_back_to_the_automatic_collector(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
