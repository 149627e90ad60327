"""An inspection model's card: what it is, what escapes it, what it rejects wrongly.

Written beside the model as ``NAME.json`` for programs and ``NAME.md`` for people; both say
the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from watchpost.learning.card import TrainedBy
from watchpost.learning.evaluation.intervals import Share
from watchpost.learning.inspection.measuring import Inspected
from watchpost.learning.inspection.recipe import InspectionRecipe


@dataclass(frozen=True, slots=True)
class InspectionCard:
    """Everything that a card says.

    Attributes:
        file: Name of the model's file; ``sha256`` and ``megabytes`` are of it.
        release: Version of the product that exported it.
        recipe: What was learnt.
        kinds: Of defects.
        learnt_boards: By name, with their number of pictures; ``measured_boards`` too.
        measured: At the threshold that was chosen on the learnt boards.
        others: At other thresholds, for whoever weighs escapes otherwise.
        milliseconds: For one part on one core where it was measured.
        trained_by: How to get it again; epochs are not counted.
    """

    file: str
    sha256: str
    megabytes: float
    release: str
    recipe: InspectionRecipe
    kinds: tuple[str, ...]
    learnt_boards: dict[str, int]
    measured_boards: dict[str, int]
    measured: Inspected
    others: tuple[Inspected, ...]
    milliseconds: float
    trained_by: TrainedBy


def as_json(card: InspectionCard) -> bytes:
    """Return the card for programs."""
    content = {
        "name": card.file.removesuffix(".onnx"),
        "release": card.release,
        "file": card.file,
        "sha256": card.sha256,
        "megabytes": round(card.megabytes, 3),
        "task": "inspection",
        "classes": list(card.kinds),
        "input": {"width": card.recipe.width, "height": card.recipe.height},
        "licence": card.recipe.licence,
        "data": [
            {
                "name": card.recipe.folder,
                "licence": card.recipe.data_licence,
                "learnt_boards": card.learnt_boards,
                "measured_boards": card.measured_boards,
            }
        ],
        "metrics": _figures(card.measured, card.kinds),
        "other_thresholds": [_figures(item, card.kinds) for item in card.others],
        "milliseconds": round(card.milliseconds, 2),
        "weaknesses": list(card.recipe.weaknesses),
        "trained_by": asdict(card.trained_by),
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def as_markdown(card: InspectionCard) -> bytes:
    """Return the card for people."""
    by, at = card.trained_by, card.measured
    lines = [
        f"# {card.file.removesuffix('.onnx')}",
        "",
        f"Tells defects ({', '.join(card.kinds)}) by comparing a part with its template.",
        "",
        f"- File: `{card.file}`, {card.megabytes:.2f} MiB, SHA-256 `{card.sha256}`",
        f"- Input: the part and its template laid over it, grey, {card.recipe.width} x "
        f"{card.recipe.height}; output: heat for cells of 8 x 8 pixels, one map a kind",
        f"- A part is rejected where its heat reaches {at.threshold:.2f}",
        f"- {card.milliseconds:.1f} ms a part on one core where it was measured",
        f"- Licence of the weights: {card.recipe.licence or 'not stated'}",
        f"- Trained from scratch by `watchpost train {by.recipe}`, release "
        f"{card.release}, commit {by.commit or 'not known'}, seed {by.seed}: {by.steps} "
        f"steps, {by.hours:.2f} h",
        "",
        "## What escapes, what is rejected wrongly",
        "",
        "Measured on boards that were never learnt from, with the threshold chosen on "
        "those that were. In brackets: the interval that holds the true share in 95 of "
        "100 cases (Clopper and Pearson). A part is one picture; a good part is such a "
        "picture with its defects filled in from the template; clean windows are squares "
        "of 160 pixels of the untouched pictures, clear of every labelled defect.",
        "",
        "| | of | per 1,000 |",
        "|---|---:|---:|",
        f"| defects escaped | {_of(at.escaped)} | {_per_mille(at.escaped)} |",
    ]
    for kind, share in zip(card.kinds, at.escaped_by_kind, strict=True):
        lines.append(f"| - {kind} | {_of(share)} | {_per_mille(share)} |")
    lines += [
        f"| bad parts passed | {_of(at.passed)} | {_per_mille(at.passed)} |",
        f"| good parts rejected | {_of(at.rejected)} | {_per_mille(at.rejected)} |",
        f"| clean windows rejected | {_of(at.windows)} | {_per_mille(at.windows)} |",
        "",
        f"Of the defects found, {at.named.value:.1%} were called by their kind.",
        "",
        "| threshold | defects escaped | good parts rejected | clean windows rejected |",
        "|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {item.threshold:.2f} | {item.escaped.value:.1%} | {item.rejected.value:.1%} "
        f"| {item.windows.value:.1%} |"
        for item in card.others
    ]
    lines += ["", "## What it is bad at", ""]
    lines += [f"- {sentence}" for sentence in card.recipe.weaknesses]
    lines += ["", "## What it learnt from", ""]
    lines += [
        f"{card.recipe.folder}, licence as stated: {card.recipe.data_licence}. No picture "
        "travels with the model.",
        "",
        f"- Learnt from: {_boards(card.learnt_boards)}",
        f"- Measured on: {_boards(card.measured_boards)}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _boards(boards: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in boards.items())


def _of(share: Share) -> str:
    return f"{share.count} of {share.total}"


def _per_mille(share: Share) -> str:
    return f"{share.value * 1000:.1f} [{share.low * 1000:.1f}, {share.high * 1000:.1f}]"


def _figures(at: Inspected, kinds: tuple[str, ...]) -> dict[str, object]:
    by_kind = zip(kinds, at.escaped_by_kind, strict=True)
    return {
        "threshold": round(at.threshold, 4),
        "defects_escaped": _figure(at.escaped),
        "defects_escaped_by_kind": {kind: _figure(share) for kind, share in by_kind},
        "bad_parts_passed": _figure(at.passed),
        "good_parts_rejected": _figure(at.rejected),
        "clean_windows_rejected": _figure(at.windows),
        "kind_right_of_found": _figure(at.named),
    }


def _figure(share: Share) -> dict[str, float | int]:
    return {
        "count": share.count,
        "total": share.total,
        "per_1000": round(share.value * 1000, 1),
        "low_per_1000": round(share.low * 1000, 1),
        "high_per_1000": round(share.high * 1000, 1),
    }
