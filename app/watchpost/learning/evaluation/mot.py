"""Sequences in the text form of MOTChallenge: truth, detections and tracks.

A folder has ``seqinfo.ini`` (``frameRate``, ``imWidth``, ``imHeight``), ``gt/gt.txt`` and
usually ``det/det.txt``. A line is frame (from 1), identity, left, top, width, height in
pixels, then confidence or flag; in the truth of MOT16 and later also class and
visibility. Which rows of the truth are scored follows TrackEval's MotChallenge2DBox
(Luiten and Hoffhues, 2020).
"""

from __future__ import annotations

import configparser
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.domain.geometry import iou
from watchpost.learning.evaluation.matching import best_pairs

Array = NDArray[np.float64]

_PEDESTRIAN = 1
# On a vehicle, standing still in a picture of a person, distractor, reflection.
_DISTRACTORS = (2, 7, 8, 12)
_SAME = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of one frame.

    Attributes:
        ids: Identities; shape (N,), int64; all -1 in detections.
        xyxy: Left, top, right, bottom, pixels; shape (N, 4).
        scores: Confidence, or the truth's flag; shape (N,).
        kinds: The truth's class; shape (N,), int64; 1 where the file has none.
    """

    ids: NDArray[np.int64]
    xyxy: Array
    scores: Array
    kinds: NDArray[np.int64]

    def select(self, rows: NDArray[np.bool_]) -> Boxes:
        """Return some of them."""
        return Boxes(
            self.ids[rows], self.xyxy[rows], self.scores[rows], self.kinds[rows]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A sequence, read.

    Attributes:
        name: The folder's.
        fps: Frames a second.
        width, height: Of the picture, pixels.
        truth: Frame by frame.
        detections: Frame by frame, or None where the folder has none.
        has_kinds: The truth names classes (MOT16 and later) and distractors count.
    """

    name: str
    fps: float
    width: int
    height: int
    truth: tuple[Boxes, ...]
    detections: tuple[Boxes, ...] | None
    has_kinds: bool


def find_sequences(folder: Path) -> list[Path]:
    """Return the sequences in a folder, or the folder itself when it is one.

    Raises:
        LearningError: There are none.
    """
    found = [p for p in (folder, *sorted(folder.glob("*"))) if (p / "gt").is_dir()]
    if not found:
        raise LearningError(
            f"There is no sequence in {folder}.",
            todo="Name a folder with gt/gt.txt, or one that holds such folders.",
        )
    return found


def read_sequence(folder: Path) -> Sequence:
    """Read a sequence.

    Raises:
        LearningError: A file is missing or a line is of another form; says which.
    """
    info = configparser.ConfigParser()
    try:
        info.read_string((folder / "seqinfo.ini").read_text(encoding="utf-8"))
        fps = info.getfloat("Sequence", "frameRate")
        width = info.getint("Sequence", "imWidth")
        height = info.getint("Sequence", "imHeight")
        length = info.getint("Sequence", "seqLength")
    except (OSError, ValueError, configparser.Error) as error:
        raise LearningError(
            f"{folder / 'seqinfo.ini'} cannot be read.",
            todo="It needs [Sequence] with frameRate, seqLength, imWidth and imHeight.",
        ) from error
    if min(fps, width, height, length) <= 0:
        raise LearningError(
            f"{folder / 'seqinfo.ini'} holds a number that is not above zero.",
            todo="Correct it.",
        )
    rows = _rows(folder / "gt" / "gt.txt")
    has_kinds = bool(rows.shape[1] >= 9 and (rows[:, 7] >= 1).all())
    detected = folder / "det" / "det.txt"
    return Sequence(
        folder.name,
        fps,
        width,
        height,
        _by_frame(rows, length, has_kinds=has_kinds),
        _by_frame(_rows(detected), length) if detected.exists() else None,
        has_kinds,
    )


def read_tracks(path: Path, length: int) -> tuple[Boxes, ...]:
    """Read a tracker's answer, frame by frame.

    Raises:
        LearningError: It is missing or a line is of another form.
    """
    return _by_frame(_rows(path), length)


def scored(sequence: Sequence, tracks: tuple[Boxes, ...]) -> tuple[list[Boxes], ...]:
    """Return the truth and the tracks that are compared.

    Truth with flag 0 is left out. Where the truth names classes, pedestrians alone are
    scored, and tracks that lie on a distractor are taken out.
    """
    truth, answers = [], []
    for real, said in zip(sequence.truth, tracks, strict=True):
        kept = real.scores != 0
        if sequence.has_kinds:
            kept &= real.kinds == _PEDESTRIAN
            said = said.select(~_on_distractors(real, said))  # noqa: PLW2901
        truth.append(real.select(kept))
        answers.append(said)
    return truth, answers


def _on_distractors(real: Boxes, said: Boxes) -> NDArray[np.bool_]:
    found = np.zeros(len(said.ids), bool)
    if len(real.ids) and len(said.ids):
        overlap = iou(real.xyxy, said.xyxy)
        rows, columns = best_pairs(np.where(overlap < _SAME, 0.0, overlap))
        same = overlap[rows, columns] >= _SAME
        distracting = np.isin(real.kinds[rows], _DISTRACTORS)
        found[columns[same & distracting]] = True
    return found


def _rows(path: Path) -> Array:
    rows: list[list[float]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LearningError(
            f"{path} cannot be read.", todo="Check its name."
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = [float(word) for word in line.split(",")]
            if len(row) < 7 or not np.isfinite(row).all() or row[0] < 1:
                raise ValueError(line)
        except ValueError as error:
            raise LearningError(
                f"Line {number} of {path} is of another form: {line[:60]!r}.",
                todo="Write frame, identity, left, top, width, height, confidence.",
            ) from error
        # Newer files only name a class and how much can be seen.
        rows.append([*row, 1.0, 1.0][:9])
    if not rows:
        raise LearningError(f"{path} is empty.", todo="Copy it again.")
    return np.array(rows)


def _by_frame(
    rows: Array, length: int, *, has_kinds: bool = False
) -> tuple[Boxes, ...]:
    frames = []
    order = np.argsort(rows[:, 0], kind="stable")
    rows = rows[order]
    ends = np.searchsorted(rows[:, 0], np.arange(1, length + 2), side="left")
    for first, last in itertools.pairwise(ends):
        part = rows[first:last]
        xyxy = part[:, 2:6].copy()
        xyxy[:, 2:] += xyxy[:, :2]
        kinds = part[:, 7] if has_kinds else np.ones(len(part))
        frames.append(
            Boxes(part[:, 1].astype(np.int64), xyxy, part[:, 6], kinds.astype(np.int64))
        )
    return tuple(frames)
