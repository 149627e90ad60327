from __future__ import annotations

import pytest

from support.fake_edge import FakeEdge, FrozenClock, fake_link
from watchpost.base.errors import EdgeError
from watchpost.console.screens.cameras.presenter import CamerasPresenter, Mode
from watchpost.console.widgets.rule_shapes import RuleKind
from watchpost.domain.cameras import SourceKind
from watchpost.protocol.cameras import SourceSpec

RTSP = SourceSpec(kind=SourceKind.RTSP, address="rtsp://192.0.2.9/live")


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge()


@pytest.fixture
def presenter(edge: FakeEdge, qapp: object) -> CamerasPresenter:
    return CamerasPresenter(fake_link(edge), FrozenClock())


def other_id(presenter: CamerasPresenter) -> str:
    assert presenter.state.camera is not None
    return next(r.id for r in presenter.state.rows if r.id != presenter.state.camera.id)


def test_the_first_camera_is_shown_with_its_lines(presenter: CamerasPresenter) -> None:
    state = presenter.state
    assert state.camera is not None
    assert state.camera.id == state.rows[0].id
    assert state.drawing.rules == state.camera.lines


def test_an_empty_site_shows_nothing_and_breaks_nothing(qapp: object) -> None:
    presenter = CamerasPresenter(fake_link(FakeEdge(empty=True)), FrozenClock())
    presenter.save_rules()
    presenter.remove()
    presenter.delete_rule()
    assert presenter.state.camera is None
    assert presenter.state.rows == ()


def test_a_drawn_line_is_saved_with_the_version_it_was_drawn_on(
    presenter: CamerasPresenter, edge: FakeEdge
) -> None:
    camera = presenter.state.camera
    assert camera is not None
    presenter.draw(RuleKind.LINE, ((0.1, 0.2), (0.9, 0.2)))
    assert presenter.state.changed
    presenter.save_rules()
    saved = [args for name, args in edge.calls if name == "save_rules"]
    ((camera_id, rules),) = saved
    assert (camera_id, rules.version) == (camera.id, camera.rules_version)
    assert len(rules.lines) == len(camera.lines) + 1
    assert not presenter.state.changed


def test_what_was_drawn_last_stays_selected_when_it_is_saved(
    presenter: CamerasPresenter,
) -> None:
    presenter.draw(RuleKind.ZONE, ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5)))
    presenter.draw(RuleKind.LINE, ((0.1, 0.2), (0.9, 0.2)))
    presenter.save_rules()
    chosen = presenter.state.drawing.chosen
    assert chosen is not None
    assert (chosen.name, bool(chosen.id)) == ("Line 1", True)
    presenter.select(other_id(presenter))
    assert presenter.state.drawing.selected == 0


def test_new_lines_get_names_of_their_own(presenter: CamerasPresenter) -> None:
    presenter.draw(RuleKind.LINE, ((0.1, 0.2), (0.9, 0.2)))
    presenter.draw(RuleKind.LINE, ((0.1, 0.4), (0.9, 0.4)))
    names = [line.name for line in presenter.state.drawing.rules]
    assert len(set(names)) == len(names)


def test_a_line_of_no_length_is_refused_with_a_sentence(
    presenter: CamerasPresenter,
) -> None:
    before = presenter.state.drawing.rules
    presenter.draw(RuleKind.LINE, ((0.5, 0.5), (0.5, 0.5)))
    assert presenter.state.drawing.rules == before
    assert "no length" in presenter.state.problem


def test_somebody_elses_change_is_not_overwritten(
    presenter: CamerasPresenter, edge: FakeEdge
) -> None:
    presenter.draw(RuleKind.LINE, ((0.1, 0.2), (0.9, 0.2)))
    edge.fail(
        "save_rules",
        EdgeError("Somebody else changed these lines.", todo="Look again."),
    )
    presenter.save_rules()
    assert "Somebody else" in presenter.state.problem
    assert presenter.state.changed  # nothing that was drawn is lost


def test_unsaved_lines_hold_the_page_on_their_camera(
    presenter: CamerasPresenter,
) -> None:
    first = presenter.state.camera
    presenter.draw(RuleKind.LINE, ((0.1, 0.2), (0.9, 0.2)))
    presenter.select(other_id(presenter))
    assert presenter.state.camera == first
    assert "not saved" in presenter.state.problem
    presenter.discard_rules()
    presenter.select(other_id(presenter))
    assert presenter.state.camera != first


def test_a_tested_source_shows_what_it_is(presenter: CamerasPresenter) -> None:
    pictures: list[bytes] = []
    presenter.picture.connect(pictures.append)
    presenter.begin_add()
    presenter.test(RTSP)
    assert presenter.state.probe is not None
    assert presenter.state.probe.ok
    assert pictures


def test_a_wrong_password_is_an_answer_not_an_error(
    presenter: CamerasPresenter,
) -> None:
    presenter.begin_add()
    presenter.test(RTSP.model_copy(update={"address": "rtsp://192.0.2.9/wrong"}))
    assert presenter.state.probe is not None
    assert not presenter.state.probe.ok
    assert "password" in presenter.state.probe.sentence


def test_an_added_camera_is_selected(presenter: CamerasPresenter) -> None:
    presenter.begin_add()
    presenter.add("  Yard ", RTSP)
    assert presenter.state.mode is Mode.LOOK
    assert presenter.state.camera is not None
    assert presenter.state.camera.name == "Yard"


def test_a_camera_without_a_name_is_refused(
    presenter: CamerasPresenter, edge: FakeEdge
) -> None:
    presenter.begin_add()
    presenter.add("  ", RTSP)
    assert "needs a name" in presenter.state.problem
    assert "add_camera" not in [name for name, _ in edge.calls]


def test_a_new_name_keeps_source_and_lines(
    presenter: CamerasPresenter, edge: FakeEdge
) -> None:
    before = presenter.state.camera
    assert before is not None
    presenter.save("Side door", before.number, enabled=True, record=False)
    after = edge.camera(before.id)
    assert (after.name, after.record) == ("Side door", False)
    assert (after.source, after.lines) == (before.source, before.lines)


def test_a_removed_camera_is_gone_and_another_is_shown(
    presenter: CamerasPresenter,
) -> None:
    gone = presenter.state.camera
    assert gone is not None
    names: list[str] = []
    presenter.removed.connect(names.append)
    presenter.remove()
    assert names == [gone.name]
    assert gone.id not in [r.id for r in presenter.state.rows]
