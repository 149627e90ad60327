"""Models (neural networks) on the edge."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from watchpost.api.auth import Anybody, ServicesOf, allow
from watchpost.api.identity import MODEL_KEEPERS, Identity
from watchpost.protocol.models import (
    ActivateModel,
    CatalogueRecord,
    ModelLook,
    ModelRecord,
)

router = APIRouter(prefix="/models", tags=["models"])
Keeper = Annotated[Identity, Depends(allow(MODEL_KEEPERS))]


@router.get("")
def models(services: ServicesOf, _caller: Anybody) -> tuple[ModelRecord, ...]:
    """Return the models on the edge."""
    return services.models.models()


@router.post("", status_code=201)
async def add(
    request: Request,
    services: ServicesOf,
    caller: Keeper,
    name: Annotated[str, Query(min_length=1, max_length=120)],
) -> ModelRecord:
    """Bring a model: the ONNX file is the body. 422 with the reason if unusable."""
    onnx = await request.body()
    return await run_in_threadpool(services.models.add, name, onnx, caller)


@router.get("/catalogue")
def catalogue(services: ServicesOf, _caller: Anybody) -> tuple[CatalogueRecord, ...]:
    """Return the public models that the edge can fetch, and how each stands."""
    return services.catalogue.catalogue()


@router.post("/catalogue/{name}:get", status_code=202)
def get(name: str, services: ServicesOf, caller: Keeper) -> CatalogueRecord:
    """Begin to fetch a model of the catalogue; its state tells how far it is."""
    return services.catalogue.get(name, caller)


@router.post("/catalogue/{name}:cancel")
def cancel(name: str, services: ServicesOf, caller: Keeper) -> CatalogueRecord:
    """Stop fetching a model."""
    return services.catalogue.cancel(name, caller)


@router.post("/{model_id}:try")
async def try_on(
    request: Request, model_id: str, services: ServicesOf, _caller: Keeper
) -> tuple[ModelLook, ...]:
    """See what a model finds in a picture, the body, read in each of its ways."""
    picture = await request.body()
    return await run_in_threadpool(services.models.try_on, model_id, picture)


@router.post("/{model_id}:activate")
def activate(
    model_id: str, body: ActivateModel, services: ServicesOf, caller: Keeper
) -> ModelRecord:
    """Serve with this model from the next frame on."""
    return services.models.activate(model_id, body, caller)
