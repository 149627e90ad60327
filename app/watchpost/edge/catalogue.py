"""The list of public models that can be fetched from where they are published."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchpost import resources
from watchpost.base.errors import ConfigError
from watchpost.engine.inference.class_names import COCO

FILE = "models/catalogue.toml"
LICENCES = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT"})
"""What a listed model may be licensed as: nothing that binds the customer's product."""

MAX_BYTES = 256 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{12,40}")
_TASKS = frozenset({"detector", "appearance"})


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A public model.

    Attributes:
        name: What it is asked for by; lower case letters, digits and dashes.
        title: For people.
        task: ``detector``, or ``appearance`` (which cannot serve as the detector).
        classes: What it tells apart.
        licence: SPDX identifier of its own licence.
        author: Whom to credit.
        url: Where it is published, at a pinned commit.
        sha256, size: Of the file, hex and bytes; checked before anything reads it.
        width, height: Of its input, pixels.
        ms_one_core: Measured milliseconds a picture of the network alone on one core.
        note: What to know before choosing it.
    """

    name: str
    title: str
    task: str
    classes: tuple[str, ...]
    licence: str
    author: str
    url: str
    sha256: str
    size: int
    width: int
    height: int
    ms_one_core: float
    note: str


def read_catalogue(text: str | None = None) -> tuple[CatalogueEntry, ...]:
    """Return the entries of a catalogue, in its order.

    Args:
        text: TOML; None: the catalogue that travels with the product.

    Raises:
        ConfigError: An entry is incomplete or breaks a rule of the catalogue.
    """
    try:
        said = tomllib.loads(resources.text(FILE) if text is None else text)
        entries = tuple(_entry(one) for one in said["model"])
    except (FileNotFoundError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"The model catalogue cannot be read ({error}).",
            todo="Install Watchpost again.",
            code="catalogue.damaged",
        ) from error
    if len({entry.name for entry in entries}) != len(entries):
        raise ConfigError(
            "The model catalogue lists a name twice.",
            todo="Install Watchpost again.",
            code="catalogue.damaged",
        )
    return entries


def find(entries: tuple[CatalogueEntry, ...], name: str) -> CatalogueEntry:
    """Return the entry of a name.

    Raises:
        ConfigError: There is none (``catalogue.unknown``).
    """
    for entry in entries:
        if entry.name == name:
            return entry
    raise ConfigError(
        f"The catalogue lists no model called {name[:80]!r}.",
        todo="'watchpost models list' shows the names.",
        code="catalogue.unknown",
    )


def _entry(said: Mapping[str, Any]) -> CatalogueEntry:
    classes = said["classes"]
    entry = CatalogueEntry(
        name=_matching(_NAME, said["name"]),
        title=str(said["title"]),
        task=_one_of(_TASKS, said["task"]),
        classes=COCO if classes == "coco" else tuple(str(name) for name in classes),
        licence=_one_of(LICENCES, said["licence"]),
        author=str(said["author"]),
        url=_url(said),
        sha256=_matching(_DIGEST, said["sha256"]),
        size=int(said["size"]),
        width=int(said["width"]),
        height=int(said["height"]),
        ms_one_core=float(said["ms_one_core"]),
        note=str(said["note"]),
    )
    if not 0 < entry.size <= MAX_BYTES:
        raise ValueError(f"{entry.name} has a size of {entry.size} bytes")
    return entry


def _url(said: Mapping[str, Any]) -> str:
    commit = _matching(_COMMIT, said["commit"])
    return f"https://github.com/{said['repository']}/raw/{commit}/{said['path']}"


def _matching(pattern: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is not of the form {pattern.pattern}")
    return text


def _one_of(allowed: frozenset[str], text: object) -> str:
    if text not in allowed:
        raise ValueError(f"{text!r} is none of {', '.join(sorted(allowed))}")
    return str(text)
