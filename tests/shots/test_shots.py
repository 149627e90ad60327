"""Takes every registered picture and compares it with the approved one.

Pictures are compared on Linux alone, where fonts and Qt are pinned. What went wrong lies
in ``test-artifacts/`` of the working folder: actual and difference.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from shots.comparison import APPROVED, SAME_SHARE, approve, compare
from shots.registry import all_shots
from shots.stage import Shot, Stage, make_theme
from watchpost.console.screens import PAGES
from watchpost.console.theme import ThemeName

CASES = [
    pytest.param(shot, size, theme, id=f"{shot.name}-{size[0]}-{theme.value}")
    for shot in all_shots()
    for theme in shot.themes
    for size in shot.sizes
    if theme is ThemeName.DARK or size == shot.sizes[-1]
]


@pytest.mark.skipif(sys.platform != "linux", reason="pictures are compared on Linux")
@pytest.mark.parametrize(("shot", "size", "theme"), CASES)
def test_picture(
    shot: Shot,
    size: tuple[int, int],
    theme: ThemeName,
    qapp: QApplication,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    qapp.setCursorFlashTime(0)
    stage = Stage(shot.edge(), make_theme(theme), tmp_path)
    try:
        stage.open(shot.page, size)
        shot.act(stage)
        actual = stage.take()
        assert (actual.width(), actual.height()) == size, "the page asks for more room"
    finally:
        stage.close()
    name = f"{shot.name}-{size[0]}-{theme.value}.png"
    _judge(name, actual, request.config)


def _judge(name: str, actual: QImage, config: pytest.Config) -> None:
    to = config.getoption("--shots-to", default="")
    if to:
        Path(to).mkdir(parents=True, exist_ok=True)
        actual.save(str(Path(to) / name))
        return
    approved = APPROVED / name
    if config.getoption("--update-shots", default=False):
        approve(actual, approved)
        return
    assert approved.exists(), f"{name} was never approved; run with --update-shots"
    difference = compare(actual, QImage(str(approved)))
    if difference.same < SAME_SHARE:
        folder = Path("test-artifacts")
        folder.mkdir(exist_ok=True)
        actual.save(str(folder / name))
        difference.image.save(str(folder / f"difference-{name}"))
        pytest.fail(f"{name}: only {difference.same:.2%} as approved, see {folder}")


@pytest.mark.parametrize("page", [s.id for s in PAGES if s.exists()])
def test_every_page_has_pictures(page: str) -> None:
    shots = [s for s in all_shots() if s.page == page]
    assert shots, f"no picture of the page {page}"
    assert any(ThemeName.LIGHT in s.themes for s in shots), (
        f"{page} was never seen in light"
    )


def test_no_approved_picture_is_left_over() -> None:
    wanted = {f"{s.name}-{z[0]}-{t.value}.png" for s in all_shots()
              for t in s.themes for z in s.sizes}  # fmt: skip
    assert {p.name for p in APPROVED.glob("*.png")} <= wanted
