"""Disputes: somebody says that a count is wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from watchpost.api.auth import Anybody, ServicesOf, allow
from watchpost.api.identity import REVIEWERS, Identity
from watchpost.api.services import DisputeFilter
from watchpost.protocol.review import (
    CorrectionRequest,
    DecisionRequest,
    Dispute,
    DisputeRequest,
)

router = APIRouter(prefix="/disputes", tags=["review"])
Reviewer = Annotated[Identity, Depends(allow(REVIEWERS))]


@router.get("")
def disputes(
    services: ServicesOf,
    _caller: Anybody,
    state: DisputeFilter = "open",
) -> tuple[Dispute, ...]:
    """Return disputes, most urgent first."""
    return services.review.disputes(state)


@router.post("", status_code=201)
def open_dispute(
    body: DisputeRequest, services: ServicesOf, caller: Anybody
) -> Dispute:
    """Say that a count is wrong."""
    return services.review.open_dispute(body, caller)


@router.get("/{dispute_id}")
def dispute(dispute_id: str, services: ServicesOf, _caller: Anybody) -> Dispute:
    """Return one dispute."""
    return services.review.dispute(dispute_id)


@router.post("/{dispute_id}/corrections", status_code=201)
def correct(
    dispute_id: str, body: CorrectionRequest, services: ServicesOf, caller: Reviewer
) -> Dispute:
    """Decide a dispute by a correction; it is closed as corrected."""
    return services.review.correct_dispute(dispute_id, body, caller)


@router.post("/{dispute_id}:reject")
def reject(
    dispute_id: str, body: DecisionRequest, services: ServicesOf, caller: Reviewer
) -> Dispute:
    """Decide a dispute: the system was right."""
    return services.review.reject_dispute(dispute_id, body, caller)
