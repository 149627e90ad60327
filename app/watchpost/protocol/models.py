"""Models (neural networks) on an edge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchpost.protocol.live import Box
from watchpost.protocol.wire import Answer, Request


class ModelReading(Answer):
    """One way to read a model's outputs."""

    layout: str
    evidence: str
    classes: tuple[str, ...]


class ModelRecord(Answer):
    """``GET /models``; ``POST /models?name=..`` takes the ONNX file as its body."""

    id: str
    """``shipped`` or the first 16 characters of the SHA-256."""
    name: str
    sha256: str
    layout: str
    """How its outputs are read, such as ``yolox_raw``."""
    evidence: str
    """Why that layout was recognised."""
    width: int
    height: int
    classes: tuple[str, ...]
    state: Literal["active", "ready", "quarantined", "refused"]
    sentence: str = ""
    """Why it is quarantined or refused, and what to do."""
    licence: str = ""
    megabytes: float
    inference_ms: float | None = None
    readings: tuple[ModelReading, ...] = ()
    """Every way to read it, likeliest first; more than one: a person has to look."""


class ModelLook(Answer):
    """``POST /models/{id}:try``, whose body is a picture: what one reading saw there."""

    layout: str
    boxes: tuple[Box, ...]
    """Without tracks, strongest first."""
    network_ms: float


class ActivateModel(Request):
    """``POST /models/{id}:activate``."""

    class_map: dict[str, str] = Field(default_factory=dict)
    """Renames classes, such as ``{"cell phone": "car"}`` for cars seen from above."""
    layout: str = ""
    """How to read its outputs, one of its readings; empty: as before."""


class CatalogueRecord(Answer):
    """``GET /models/catalogue``: a public model that the edge can fetch.

    ``POST /models/catalogue/{name}:get`` begins, ``:cancel`` stops; the edge fetches, in
    the background, and the state tells how far it is.
    """

    name: str
    title: str
    task: str
    """``detector``, or ``appearance``, which cannot serve as the detector."""
    classes: tuple[str, ...]
    licence: str
    author: str
    origin: str
    """Address of the file, at a pinned commit."""
    sha256: str
    megabytes: float
    width: int
    height: int
    ms_one_core: float
    note: str = ""
    state: Literal["absent", "fetching", "checking", "failed", "here"]
    progress: float = 0.0
    """0..1 while it is fetched."""
    sentence: str = ""
    """Why it could not be had, and what to do."""
    model_id: str = ""
    """The model on the edge, once it is here."""
