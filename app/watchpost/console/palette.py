"""What Ctrl+K finds: pages, cameras, lines, actions, and a moment of a camera."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication

from watchpost.base.clock import ns_from_datetime
from watchpost.console.actions import ACTIONS
from watchpost.console.bridge.edges import EdgeLink, Edges
from watchpost.console.keys import Keys, action_text
from watchpost.console.moments import local, when_text
from watchpost.console.screens import PageSpec
from watchpost.console.targets import ShowCamera, ShowLine, ShowMoment, Target
from watchpost.protocol.cameras import Camera

_MOST = 12
_MOMENT = re.compile(
    r"^\s*(?P<number>\d{1,4})\s+(?:(?P<date>\d{4}-\d\d-\d\d)\s+)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*$"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to go to or do.

    Attributes:
        title: What it is.
        hint: Where it lies, or its key.
        icon: Lucide name.
        page, target, edge: What to open; or
        action: the action to run.
    """

    title: str
    hint: str = ""
    icon: str = "chevron-right"
    page: str = ""
    target: Target | None = None
    edge: str = ""
    action: str = ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Palette", text)


class Palette:
    """Finds entries; knows no widget."""

    def __init__(
        self,
        edges: Edges,
        pages: Iterable[PageSpec],
        keys: Keys,
        now_ns: Callable[[], int],
    ) -> None:
        self._edges, self._pages, self._keys = edges, tuple(pages), keys
        self._now_ns = now_ns

    def find(self, query: str) -> list[Entry]:
        """Return what fits, best first; everything offered for an empty query."""
        moments = self._moments(query)
        if moments:
            return moments
        words = query.lower().split()
        scored = [
            (score, index, entry)
            for index, entry in enumerate(self._all())
            if (score := _score(words, entry)) is not None
        ]
        return [entry for _, _, entry in sorted(scored, key=lambda s: s[:2])][:_MOST]

    def _all(self) -> list[Entry]:
        entries = [
            Entry(
                QCoreApplication.translate("Pages", spec.title),
                self._keys.shown(f"app.page_{number}"),
                spec.icon,
                page=spec.id,
            )
            for number, spec in enumerate(self._pages, 1)
        ]
        several = len(self._edges.links) > 1
        for link, camera in self._edges.cameras():
            entries += self._of_camera(link, camera, several)
        entries += [
            Entry(
                action_text(spec),
                self._keys.shown(spec.id),
                spec.icon or "chevron-right",
                action=spec.id,
            )
            for spec in ACTIONS
            if spec.in_palette
        ]
        return entries

    def _of_camera(self, link: EdgeLink, camera: Camera, several: bool) -> list[Entry]:
        title = f"{camera.number:02d} {camera.name}"
        where = f" · {link.name}" if several else ""
        found = [
            Entry(
                title,
                _tr("on the wall") + where,
                "layout-grid",
                "wall",
                ShowCamera(camera.id),
                link.key,
            ),
            Entry(
                title,
                _tr("camera settings") + where,
                "cctv",
                "cameras",
                ShowCamera(camera.id),
                link.key,
            ),
        ]
        found += [
            Entry(
                f"{line.name}, {title}",
                _tr("counts") + where,
                "chart-column",
                "counts",
                ShowLine(camera.id, line.id),
                link.key,
            )
            for line in camera.lines
        ]
        return found

    def _moments(self, query: str) -> list[Entry]:
        match = _MOMENT.match(query)
        if match is None:
            return []
        at_ns = self._moment(match)
        if at_ns is None:
            return []
        number = int(match["number"])
        text = _tr("{camera} at {time}")
        return [
            Entry(
                text.format(
                    camera=f"{camera.number:02d} {camera.name}",
                    time=when_text(at_ns, self._now_ns()),
                ),
                _tr("recording"),
                "history",
                "review",
                ShowMoment(camera.id, at_ns),
                link.key,
            )
            for link, camera in self._edges.cameras()
            if camera.number == number
        ]

    def _moment(self, match: re.Match[str]) -> int | None:
        """Return the last time that this clock showed, or that of the date given."""
        now = local(self._now_ns())
        hour, minute = int(match["hour"]), int(match["minute"])
        second = int(match["second"] or 0)
        try:
            moment = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
            if match["date"]:
                date = datetime.fromisoformat(match["date"]).date()
                moment = moment.replace(year=date.year, month=date.month, day=date.day)
            elif moment > now:
                moment -= timedelta(days=1)
        except ValueError:
            return None
        return ns_from_datetime(moment)


def _score(words: list[str], entry: Entry) -> int | None:
    """Return how far from the front the words are found; None when one is missing."""
    text = f"{entry.title} {entry.hint}".lower()
    total = 0
    for word in words:
        place = text.find(word)
        if place < 0:
            return None
        begins = place == 0 or not text[place - 1].isalnum()
        total += place if begins else place + 100
    return total
