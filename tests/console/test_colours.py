"""The token tables, measured: contrast, and distance also for colour-blind eyes."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from support.colour_distance import Vision, ciede2000, contrast, distance
from watchpost.console.theme import ThemeName, load_colours

STATES = ("p1", "p2", "p3", "nodata", "ok")
CLASSES = ("class_1", "class_2", "class_3", "class_4")
SURFACES = ("win", "panel", "raised")
APART = 10.0
# Accent and body text are no states, but stand beside them.
PAIRS = {
    *combinations((*STATES, "accent", "text"), 2),
    *combinations(CLASSES, 2),
    *product(STATES, CLASSES),
}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ],
)
def test_the_measure_agrees_with_its_authors(
    one: tuple[float, float, float], two: tuple[float, float, float], expected: float
) -> None:
    assert ciede2000(one, two) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("vision", Vision)
@pytest.mark.parametrize("name", ThemeName)
def test_states_and_classes_are_told_apart(name: ThemeName, vision: Vision) -> None:
    colours = load_colours(name)
    near = {
        pair: round(apart, 1)
        for pair in PAIRS
        if (apart := distance(colours.of(pair[0]), colours.of(pair[1]), vision)) < APART
    }
    assert near == {}


@pytest.mark.parametrize("name", ThemeName)
@pytest.mark.parametrize("token", ["text", "hi", "lo", *STATES, "accent"])
def test_words_are_readable(name: ThemeName, token: str) -> None:
    colours = load_colours(name)
    for surface in SURFACES:
        assert contrast(colours.of(token), colours.of(surface)) >= 4.5, surface


@pytest.mark.parametrize("name", ThemeName)
def test_words_on_tints_are_readable(name: ThemeName) -> None:
    colours = load_colours(name)
    for word, tint in (
        ("p1", "p1bg"),
        ("p2", "p2bg"),
        ("p3", "p3bg"),
        ("nodata", "ndbg"),
        ("hi", "accent_bg"),
        ("on_accent", "accent"),
    ):
        assert contrast(colours.of(word), colours.of(tint)) >= 4.5, (word, tint)


@pytest.mark.parametrize("name", ThemeName)
def test_controls_are_seen(name: ThemeName) -> None:
    colours = load_colours(name)
    for token in ("edge", "accent", "dis"):
        for surface in ("win", "panel"):
            assert contrast(colours.of(token), colours.of(surface)) >= 3.0


def test_boxes_are_the_same_in_every_theme() -> None:
    dark, light = (load_colours(name) for name in ThemeName)
    assert [dark.of(c) for c in CLASSES] == [light.of(c) for c in CLASSES]
