"""Decoded examples in a file, so that every process of a training reads them at once."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from watchpost.base.errors import LearningError
from watchpost.base.files import replace_file
from watchpost.learning.datasets import Example


class PictureCache:
    """Decoded examples in one flat file, mapped by every process that draws from it.

    ``pictures.u8`` holds all pixels in a row, ``index.npz`` everything else. A cache is
    written once, read-only afterwards, and may be thrown away at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pixels = np.memmap(folder / "pictures.u8", np.uint8, mode="r")
        with np.load(folder / "index.npz") as index:
            self._index = {name: index[name] for name in index.files}

    @classmethod
    def build(cls, folder: Path, examples: Iterable[Example]) -> PictureCache:
        """Write a cache and open it.

        Raises:
            LearningError: There was nothing to write.
        """
        folder.mkdir(parents=True, exist_ok=True)
        rows: list[Example] = []
        starts, at = [], 0
        with (folder / "pictures.u8").open("wb") as file:
            for example in examples:
                file.write(np.ascontiguousarray(example.bgr).tobytes())
                starts.append((at, *example.bgr.shape[:2]))
                at += example.bgr.size
                # The pixels are on disk now; keep the rest.
                rows.append(_without_pixels(example))
        if not rows:
            raise LearningError(
                "The recipe names no pictures.", todo="Add sets or simulator scenes."
            )
        counts = np.array([len(row.boxes) for row in rows])
        index = io.BytesIO()
        np.savez(
            index,
            starts=np.array(starts, np.int64),
            first_box=np.concatenate(([0], np.cumsum(counts))),
            boxes=np.concatenate([row.boxes for row in rows]),
            class_ids=np.concatenate([row.class_ids for row in rows]),
            labelled=np.stack([row.labelled for row in rows]),
            loose=np.array([row.loose for row in rows]),
            weight=np.array([row.weight for row in rows]),
            drawn=np.array([row.drawn for row in rows]),
            source=np.array([row.source for row in rows]),
            held_back=np.array([row.held_back for row in rows]),
        )
        # Last and as a whole: a cache with an index is complete.
        replace_file(folder / "index.npz", index.getvalue())
        return cls(folder)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Tell whether a complete cache lies there."""
        return (folder / "index.npz").exists()

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    def __len__(self) -> int:
        return len(self._index["starts"])

    def __getitem__(self, number: int) -> Example:
        index = self._index
        start, height, width = (int(v) for v in index["starts"][number])
        pixels = self._pixels[start : start + height * width * 3]
        boxes = slice(*(int(v) for v in index["first_box"][number : number + 2]))
        return Example(
            np.asarray(pixels).reshape(height, width, 3),
            index["boxes"][boxes],
            index["class_ids"][boxes],
            index["labelled"][number],
            loose=bool(index["loose"][number]),
            weight=float(index["weight"][number]),
            drawn=bool(index["drawn"][number]),
            source=str(index["source"][number]),
            held_back=bool(index["held_back"][number]),
        )

    def holds(self, sources: Collection[str], kinds: int) -> bool:
        """Tell whether this holds just these sources, labelled for so many classes."""
        found = set(self._index["source"].tolist())
        return self._index["labelled"].shape[1] == kinds and found == set(sources)

    def for_training(self) -> NDArray[np.int64]:
        """Return the numbers of examples that may be trained on."""
        return np.flatnonzero(~self._index["held_back"])

    def for_measuring(self) -> NDArray[np.int64]:
        """Return the numbers of the held-back examples."""
        return np.flatnonzero(self._index["held_back"])

    def counts_by_source(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return how many examples of each source are for training and for measuring."""
        sources, held_back = self._index["source"], self._index["held_back"]
        return (
            dict(Counter(sources[~held_back].tolist())),
            dict(Counter(sources[held_back].tolist())),
        )

    def weights(self) -> NDArray[np.float64]:
        """Return the weight of every example, shape (N,)."""
        return np.asarray(self._index["weight"], np.float64)


def _without_pixels(example: Example) -> Example:
    return Example(
        np.empty((0, 0, 3), np.uint8),
        example.boxes,
        example.class_ids,
        example.labelled,
        example.loose,
        example.weight,
        example.drawn,
        example.source,
        example.held_back,
    )
