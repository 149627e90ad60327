"""Inspection stations: which parts go through, what is seen on them, their verdicts.

A part is a track whose box names a part. Each measured box with its centre in the station
is a look; defects are its own class, or marks whose centres lie in its box. It gets its
verdict (:func:`watchpost.domain.verdicts.judge`) once, when it was out of the station for
``SETTLE_S`` or out of sight for ``HANDOVER_S``: not sooner, so that a part that trembles
on the border or whose track changes is one part, and so that the reason of a gap is known.

A part that goes through between two looks, or that was on its way when nobody looked, is
not inspected: that is said, with the reason. A part that lies in the station while its
camera reconnects is told twice, first as not inspected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from watchpost.base.clock import NS_PER_S
from watchpost.domain.anchors import anchors
from watchpost.domain.coverage import NotAnalysed
from watchpost.domain.detections import Detections
from watchpost.domain.geometry import inside_polygon
from watchpost.domain.rules import Anchor, RuleSet, Station
from watchpost.domain.station_findings import findings_of, without_fragments
from watchpost.domain.station_parts import (
    HANDOVER_S,
    Moment,
    StationPart,
    follow,
    goes_through,
    lose,
    move,
    width_along,
)
from watchpost.domain.tracks import Tracks
from watchpost.domain.verdicts import (
    Finding,
    Look,
    NotInspected,
    Outcome,
    Verdict,
    judge,
)

SETTLE_S = 0.5
# Gaps are told late, and parts wait for their verdicts: so long they are remembered.
_REMEMBER_S = 60.0


@dataclass(frozen=True, slots=True)
class StationReading:
    """One station at one analysed frame.

    Attributes:
        station_id: The station.
        inside: How many parts are in it.
        unknown: Classes of parts or defects that the model does not know: while there
            are any, nothing passes.
    """

    station_id: str
    inside: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Gap:
    from_ns: int
    to_ns: int
    reason: NotInspected


class StationWatch:
    """Watches one camera's stations. Not thread-safe."""

    def __init__(self, rules: RuleSet, class_names: Sequence[str]) -> None:
        self._stations = {station.id: station for station in rules.stations}
        self._class_names = tuple(class_names)
        self._parts: dict[str, list[StationPart]] = {}
        self._broken_off: list[Verdict] = []
        self._gaps: list[_Gap] = []
        self._bad_since_ns: int | None = None

    # What happens around

    def reset(self, at_ns: int | None = None) -> None:
        """Forget where every part is, as after a reconnect.

        Args:
            at_ns: When pictures came again, UTC; None: they do not.
        """
        for station_id in list(self._parts):
            self._break_off(station_id, NotInspected.CAMERA_AWAY, at_ns)

    def replace_rules(self, rules: RuleSet) -> None:
        """Take new rules; parts stay in a station that did not change."""
        new = {station.id: station for station in rules.stations}
        for station_id, station in self._stations.items():
            if new.get(station_id) != station:
                self._break_off(station_id, NotInspected.STATION_CHANGED)
        self._stations = new

    def replace_classes(self, class_names: Sequence[str]) -> None:
        """Take another model's class list; parts and what was seen of them stay."""
        self._class_names = tuple(class_names)

    def not_looked(self, from_ns: int, to_ns: int, reason: NotAnalysed) -> None:
        """Hear that nobody looked for a while, UTC nanoseconds."""
        self._gaps.append(_Gap(from_ns, to_ns, NotInspected(reason.value)))

    def picture(self, bad_since_ns: int | None) -> None:
        """Hear since when the picture is too bad to judge by; None: it is good."""
        self._bad_since_ns = bad_since_ns
        if bad_since_ns is None:
            return
        for parts in self._parts.values():
            for part in parts:
                part.looks = [
                    replace(look, trusted=look.trusted and look.at_ns < bad_since_ns)
                    for look in part.looks
                ]

    def finish(self) -> list[Verdict]:
        """Return the verdicts of all parts that are still there: the camera stops."""
        for station_id in list(self._parts):
            self._break_off(station_id, NotInspected.DISABLED)
        return self._take_broken_off()

    # Frame by frame

    def update(
        self,
        tracks: Tracks,
        detections: Detections,
        now: Moment,
        *,
        everything: Detections | None = None,
    ) -> list[Verdict]:
        """Take in one analysed frame and return the verdicts that are due.

        Args:
            tracks: Of this frame; confirmed ones with a measured box are looked at.
            detections: Of this frame, as the tracks' rows name them.
            now: The frame.
            everything: The same with all readings of one object; None: as they are.
        """
        due = self._take_broken_off()
        if not self._stations:
            return due
        horizon_ns = now.at_ns - round(_REMEMBER_S * NS_PER_S)
        self._gaps = [gap for gap in self._gaps if gap.to_ns > horizon_ns]
        seen = tracks.select((tracks.detection_rows >= 0) & tracks.confirmed)
        names = [self._name(detections.class_ids[i]) for i in seen.detection_rows]
        for station in self._stations.values():
            parts = self._parts.setdefault(station.id, [])
            self._see(station, parts, seen, names, everything or detections, now)
            lose(parts, seen, tracks.ended_ids, now)
            due += self._settle(station, parts, now)
        return due

    def readings(self) -> tuple[StationReading, ...]:
        """Return how every station is, in the rules' order."""
        return tuple(
            StationReading(
                station.id,
                sum(
                    part.entered_at_ns is not None and part.over_ns is None
                    for part in self._parts.get(station.id, ())
                ),
                self._unknown(station),
            )
            for station in self._stations.values()
        )

    def wants_full_rate(self, interval_s: float) -> bool:
        """Say whether a part would be through with too few looks at this interval."""
        for station in self._stations.values():
            polygon = np.asarray(station.points, np.float64)
            looking_s = 2 * (station.min_looks + 1) * interval_s
            for part in self._parts.get(station.id, ()):
                if part.over_ns is not None or part.is_judged:
                    continue
                way = looking_s * float(np.hypot(*part.speed))
                ahead = part.place_at(part.seen_ns + NS_PER_S)
                if width_along(polygon, part.speed) < way and goes_through(
                    part.place, ahead, polygon
                ):
                    return True
        return False

    # Inside

    def _see(
        self,
        station: Station,
        parts: list[StationPart],
        seen: Tracks,
        names: Sequence[str],
        everything: Detections,
        now: Moment,
    ) -> None:
        """Follow every part that has a box in this frame, and look at those inside."""
        polygon = np.asarray(station.points, np.float64)
        places = anchors(seen, Anchor.CENTRE)
        inside = inside_polygon(places, polygon)
        boxes = without_fragments(
            {
                index: seen.xyxy_norm[index].astype(np.float64)
                for index, name in enumerate(names)
                if name in station.parts
            }
        )
        everything_named = [self._name(i) for i in everything.class_ids]
        findings = findings_of(station, boxes, everything, everything_named)
        blind = bool(self._unknown(station))
        ids = frozenset(int(i) for i in seen.ids)
        for index in boxes:
            place = (float(places[index, 0]), float(places[index, 1]))
            part = follow(parts, seen, index, place, ids, now)
            if part.is_judged:
                continue
            came_from, came_at_ns = part.place, part.seen_at_ns
            move(part, seen, index, place, now)
            if inside[index]:
                if part.entered_at_ns is None:
                    part.entered_at_ns = now.at_ns
                part.left_at_ns, part.over_ns = now.at_ns, None
                part.unknown_defects |= blind
                if not blind:
                    part.look(self._look(now, findings[index]))
                continue
            if part.entered_at_ns is None and goes_through(came_from, place, polygon):
                part.entered_at_ns = part.left_at_ns = came_at_ns
            if part.entered_at_ns is None:
                part.over_ns = None
            elif part.over_ns is None:
                part.over_ns = now.stream_ns

    def _look(self, now: Moment, findings: tuple[Finding, ...]) -> Look:
        bad_since_ns = self._bad_since_ns
        trusted = bad_since_ns is None or now.at_ns < bad_since_ns
        return Look(now.key, now.at_ns, findings, trusted)

    def _settle(
        self, station: Station, parts: list[StationPart], now: Moment
    ) -> list[Verdict]:
        """Judge the parts that are through, and drop those that are gone."""
        due = []
        for part in tuple(parts):
            if part.over_ns is None or part.is_judged:
                continue
            lost = part.over_ns > part.seen_ns
            if now.stream_ns - part.over_ns < SETTLE_S * NS_PER_S or (
                lost and now.stream_ns - part.seen_ns < HANDOVER_S * NS_PER_S
            ):
                continue
            if part.entered_at_ns is not None:
                due.append(self._verdict(station, part, now.at_ns))
                part.is_judged = True
            elif lost:
                due += self._missed(station, part, now.at_ns)
            if lost or part.is_ended:
                parts.remove(part)
        return due

    def _verdict(
        self,
        station: Station,
        part: StationPart,
        now_ns: int,
        broken_off: NotInspected | None = None,
    ) -> Verdict:
        assert part.entered_at_ns is not None
        reason = broken_off or self._gap_reason(part.entered_at_ns, now_ns)
        if part.unknown_defects:
            reason = NotInspected.MODEL_BLIND
        judged = judge(part.looks, station.min_looks, reason)
        if judged.outcome is Outcome.PASS and (broken_off or part.unknown_defects):
            judged = replace(judged, outcome=Outcome.NOT_INSPECTED, reason=reason)
        best = judged.defects[0].key if judged.defects else part.key
        return Verdict(
            station.id,
            part.track_id,
            judged,
            part.entered_at_ns,
            part.left_at_ns,
            best,
        )

    def _missed(
        self,
        station: Station,
        part: StationPart,
        until_ns: int,
        reason: NotInspected | None = None,
    ) -> list[Verdict]:
        """Return the verdict of a part that went through while nobody looked, if so."""
        if reason is None:
            gaps = self._gaps_between(part.seen_at_ns, until_ns)
            until_ns = max((gap.to_ns for gap in gaps), default=until_ns)
            reason = self._gap_reason(part.seen_at_ns, until_ns)
        ahead = part.place_at(part.seen_ns + until_ns - part.seen_at_ns)
        polygon = np.asarray(station.points, np.float64)
        if reason is None or not goes_through(part.place, ahead, polygon):
            return []
        part.entered_at_ns = part.left_at_ns = part.seen_at_ns
        return [
            Verdict(
                station.id,
                part.track_id,
                judge((), station.min_looks, reason),
                part.seen_at_ns,
                part.seen_at_ns,
                part.key,
            )
        ]

    def _break_off(
        self, station_id: str, reason: NotInspected, until_ns: int | None = None
    ) -> None:
        station = self._stations[station_id]
        for part in self._parts.pop(station_id, []):
            if part.is_judged:
                continue
            if part.entered_at_ns is None:
                if until_ns is not None:
                    self._broken_off += self._missed(station, part, until_ns, reason)
                continue
            is_through = part.over_ns is not None and part.over_ns <= part.seen_ns
            self._broken_off.append(
                self._verdict(
                    station, part, part.seen_at_ns, None if is_through else reason
                )
            )

    def _take_broken_off(self) -> list[Verdict]:
        verdicts, self._broken_off = self._broken_off, []
        return verdicts

    def _gaps_between(self, from_ns: int, to_ns: int) -> list[_Gap]:
        return [g for g in self._gaps if g.from_ns < to_ns and g.to_ns > from_ns]

    def _gap_reason(self, from_ns: int, to_ns: int) -> NotInspected | None:
        during = self._gaps_between(from_ns, to_ns)
        longest = max(during, key=lambda gap: gap.to_ns - gap.from_ns, default=None)
        return longest.reason if longest is not None else None

    def _unknown(self, station: Station) -> tuple[str, ...]:
        wanted = dict.fromkeys((*station.parts, *station.defects))
        return tuple(name for name in wanted if name not in self._class_names)

    def _name(self, class_id: int) -> str:
        known = 0 <= class_id < len(self._class_names)
        return self._class_names[class_id] if known else ""
