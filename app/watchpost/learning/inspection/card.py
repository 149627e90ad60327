"""An inspection model's card: what it is, what escapes it, what it rejects wrongly.

Written beside the model as ``NAME.json`` for programs and ``NAME.md`` for people; both say
the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from watchpost.learning.card import TrainedBy
from watchpost.learning.evaluation.intervals import Share
from watchpost.learning.inspection.measuring import Crossed, Inspected
from watchpost.learning.inspection.recipe import InspectionRecipe


@dataclass(frozen=True, slots=True)
class InspectionCard:
    """Everything that a card says.

    Attributes:
        file: Name of the model's file; ``sha256`` and ``megabytes`` are of it.
        release: Version of the product that exported it.
        recipe: What was learnt.
        kinds: Of defects.
        threshold: Of the released model, chosen on all pairs.
        boards: By name, with their number of pictures.
        crossed: What the folds measured.
        milliseconds: For one part where it was measured, with its template laid over it.
        trained_by: How to get it again; epochs are not counted.
    """

    file: str
    sha256: str
    megabytes: float
    release: str
    recipe: InspectionRecipe
    kinds: tuple[str, ...]
    threshold: float
    boards: dict[str, int]
    crossed: Crossed
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
                "boards": card.boards,
            }
        ],
        "threshold": round(card.threshold, 4),
        "measured_by": {
            "folds": len(card.crossed.boards),
            "boards_of_fold": card.crossed.boards,
            "threshold_of_fold": [round(at, 4) for at in card.crossed.thresholds],
        },
        "metrics": _figures(card.crossed.measured, card.kinds),
        "other_thresholds": [
            {"threshold": round(item.threshold, 4)} | _figures(item, card.kinds)
            for item in card.crossed.others
        ],
        "milliseconds": round(card.milliseconds, 2),
        "weaknesses": list(card.recipe.weaknesses),
        "trained_by": asdict(card.trained_by),
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def as_markdown(card: InspectionCard) -> bytes:
    """Return the card for people."""
    by, at = card.trained_by, card.crossed.measured
    lines = [
        f"# {card.file.removesuffix('.onnx')}",
        "",
        f"Tells defects ({', '.join(card.kinds)}) by comparing a part with its template.",
        "",
        f"- File: `{card.file}`, {card.megabytes:.2f} MiB, SHA-256 `{card.sha256}`",
        f"- Input: the part and its template laid over it, grey, {card.recipe.width} x "
        f"{card.recipe.height}; output: heat for cells of 8 x 8 pixels, one map a kind",
        f"- A part is rejected where its heat reaches {card.threshold:.2f}",
        f"- {card.milliseconds:.1f} ms a part where it was measured, laying its "
        "template over it included; the network on one core",
        f"- Licence of the weights: {card.recipe.licence or 'not stated'}",
        f"- Trained from scratch by `watchpost train {by.recipe}`, release "
        f"{card.release}, commit {by.commit or 'not known'}, seed {by.seed}: {by.steps} "
        f"steps, {by.hours:.2f} h",
        "",
        "## What escapes, what is rejected wrongly",
        "",
        f"Cross-validated in {len(card.crossed.boards)} folds: every pair was measured "
        "once, by a model that learnt from other boards alone, at a threshold chosen on "
        f"those ({_range(card.crossed.thresholds)}). The released model then learnt from "
        "all pairs in the same way; it was not measured itself. In brackets: the interval "
        "that holds the true share in 95 of 100 cases (Wilson), were defects and parts "
        "independent; those of one board are not quite. A part is one picture; a good "
        "part is such a picture with its defects filled in from the template; clean "
        "windows are squares of 160 pixels of the untouched pictures, clear of every "
        "labelled defect.",
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
        for item in card.crossed.others
    ]
    lines += ["", "## What it is bad at", ""]
    lines += [f"- {sentence}" for sentence in card.recipe.weaknesses]
    lines += ["", "## What it learnt from", ""]
    lines += [
        f"{card.recipe.folder}, licence as stated: {card.recipe.data_licence}. No picture "
        "travels with the model.",
        "",
        *(
            f"- Fold {number}: measured on {', '.join(_board(card, b) for b in boards)}"
            for number, boards in enumerate(card.crossed.boards, 1)
        ),
    ]
    return ("\n".join(lines) + "\n").encode()


def _board(card: InspectionCard, name: str) -> str:
    return f"{name} ({card.boards[name]} pictures)"


def _range(thresholds: tuple[float, ...]) -> str:
    return f"{min(thresholds):.2f} to {max(thresholds):.2f}"


def _of(share: Share) -> str:
    return f"{share.count} of {share.total}"


def _per_mille(share: Share) -> str:
    return f"{share.value * 1000:.1f} [{share.low * 1000:.1f}, {share.high * 1000:.1f}]"


def _figures(at: Inspected, kinds: tuple[str, ...]) -> dict[str, object]:
    by_kind = zip(kinds, at.escaped_by_kind, strict=True)
    return {
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
