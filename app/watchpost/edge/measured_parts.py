"""The detector on picture sets and the tracker on sequences of a data folder.

What fails is a row with its reason. Public models stand beside the detector where the
folder has them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from watchpost.edge.catalogue import CatalogueEntry, read_catalogue
from watchpost.engine.inference.inspection import inspect_model
from watchpost.engine.inference.model import ModelInfo
from watchpost.learning.datasets import picture_files, read_class_names
from watchpost.learning.evaluation.detector import (
    DetectorScore,
    examples_of,
    score_detector,
)
from watchpost.learning.evaluation.mot import find_sequences
from watchpost.learning.evaluation.summary.learnt import learnt_from
from watchpost.learning.evaluation.summary.pictures import ModelScore, SetResult
from watchpost.learning.evaluation.summary.result import Trouble
from watchpost.learning.evaluation.summary.telling import EXPECTED, Telling, files_in
from watchpost.learning.evaluation.tracker import (
    SequenceResult,
    measure_sequence,
    read_peers,
)

PublicModels = Sequence[tuple[CatalogueEntry, ModelInfo]]

PICTURE_SETS = ("coco-val128", "pennfudan")
"""Sets that no shipped model may learn from."""


def public_models(folder: Path, telling: Telling) -> tuple[PublicModels, list[Trouble]]:
    """Return the catalogue's detectors that lie in a folder, and what cannot be used.

    Files are known by their digest, whatever they are called, so that only models whose
    licence the catalogue vouches for stand in a report.

    Raises:
        LearningError: There is no such folder.
    """
    files = files_in(folder, lambda path: path.suffix.lower() == ".onnx")
    usable, troubles = [], []
    for entry in read_catalogue():
        path = next((p for p in files if _is_file_of(entry, p)), None)
        if path is None or entry.task != "detector":
            continue
        telling.progress(entry.title, 0.0)
        try:
            info = inspect_model(path, sha256=entry.sha256)
        except EXPECTED as error:
            troubles.append(Trouble(entry.title, str(error)))
            continue
        if len(info.classes) == len(entry.classes):
            # A file may leave its classes unnamed; the catalogue never does.
            info = replace(info, classes=entry.classes)
        usable.append((entry, info))
    return usable, troubles


def _is_file_of(entry: CatalogueEntry, path: Path) -> bool:
    # Most files differ in size already and need not be read.
    if path.stat().st_size != entry.size:
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256


def measure_set(
    folder: Path,
    model: ModelInfo,
    others: PublicModels,
    telling: Telling,
) -> SetResult:
    """Measure a model on a picture set, beside public ones that know its classes."""
    name = folder.name
    learnt = learnt_from(model)
    is_learnt = None if learnt is None else f"images/{name}" in learnt
    if not folder.is_dir():
        return SetResult(name, is_learnt, problem=f"There is no folder images/{name}.")
    try:
        names = tuple(read_class_names(folder / "classes.txt"))
        files = picture_files(folder / "images", folder / "labels")
    except EXPECTED as error:
        return SetResult(name, is_learnt, problem=str(error))
    wanted = [one for one in names if one in model.classes]
    if not wanted:
        return SetResult(
            name, is_learnt, note="None of its classes is known to this model."
        )

    def measured(title: str, licence: str, one: ModelInfo) -> ModelScore:
        score, problem = None, ""

        def tell(count: int) -> None:
            telling.progress(f"{name}, {title}", count / len(files))

        try:
            found = score_detector(one, examples_of(files, names), names, tell=tell)
            kept = {n: s for n, s in found.classes.items() if n in wanted}
            score = DetectorScore(found.pictures, kept, found.network_ms)
        except EXPECTED as error:
            problem = str(error)
        text = f"AP50 {score.ap50:.1%}" if score else f"not measured: {problem}"
        telling.say(f"{name}: {title}: {text}")
        width, height = one.input.width, one.input.height
        return ModelScore(title, licence, one.sha256, width, height, score, problem)

    scores = [measured(model.path.name, model.licence, model)]
    scores += [
        measured(entry.title, entry.licence, one)
        for entry, one in others
        if one.sha256 != model.sha256 and set(wanted) & set(one.classes)
    ]
    return SetResult(name, is_learnt, tuple(scores))


def measure_sequences(
    folder: Path, telling: Telling
) -> Iterator[SequenceResult | Trouble]:
    """Yield what the tracker does on every sequence of a folder, or why nobody can say.

    Raises:
        LearningError: There is no such folder, no sequence, or no readable figures of
            other trackers.
    """
    peers = read_peers(folder)
    for path in find_sequences(folder):
        telling.progress(path.name, 0.0)
        try:
            result = measure_sequence(path, peers)
        except EXPECTED as error:
            telling.say(f"{path.name}: {error}")
            yield Trouble(path.name, str(error))
            continue
        said = "agrees" if result.agrees else "DOES NOT AGREE"
        telling.say(f"{path.name}: {said}")
        yield result
