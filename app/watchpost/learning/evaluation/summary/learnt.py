"""What a model learnt from, as the card beside its file says."""

from __future__ import annotations

import json

from watchpost.engine.inference.model import ModelInfo


def learnt_from(model: ModelInfo) -> frozenset[str] | None:
    """Return the sources whose pictures a model learnt from.

    Names are those of the card: a set's folder (``images/NAME``), or a video's file name.
    None where the model has no card of its own, so that nobody can tell.
    """
    card = model.path.with_suffix(".json")
    try:
        raw = json.loads(card.read_text(encoding="utf-8"))
        if raw["sha256"] != model.sha256:
            return None
        return frozenset(str(one["name"]) for one in raw["data"] if one["pictures"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
