"""Turns every error into a :class:`Problem` body with an honest status."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchpost.base.errors import (
    CaptureError,
    ConfigError,
    EdgeError,
    ModelError,
    StoreError,
    WatchpostError,
)
from watchpost.base.log import get_logger
from watchpost.protocol.wire import Problem

_log = get_logger(__name__)

_STATUS_BY_CODE = {
    "edge.signed_out": 401,
    "edge.forbidden": 403,
    "pair.refused": 403,
    "tile.remote": 409,
    "store.full": 507,
    "camera.number": 409,
}
_STATUS_BY_ENDING = {
    "not_found": 404,
    "unknown": 404,
    "gone": 404,
    "conflict": 409,
    "exists": 409,
    "closed": 409,
    "too_many": 429,
    "too_large": 413,
}
_STATUS_BY_TYPE: tuple[tuple[type[WatchpostError], int], ...] = (
    (ConfigError, 422),
    (CaptureError, 422),
    (ModelError, 422),
    (EdgeError, 409),
    (StoreError, 422),
)
# The data folder itself is in trouble, as opposed to a record that cannot be.
_STATUS_BY_BEGINNING = {"store": 503, "secrets": 503}
_SENTENCES = {
    404: ("There is no such page.", "Check the address against /openapi.json."),
    405: (
        "This address does not take that method.",
        "Check the method against /openapi.json.",
    ),
}


def status_of(error: WatchpostError) -> int:
    """Return the HTTP status that says what kind of refusal an error is."""
    if error.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[error.code]
    beginning, _, ending = error.code.partition(".")
    if ending in _STATUS_BY_ENDING:
        return _STATUS_BY_ENDING[ending]
    if beginning in _STATUS_BY_BEGINNING:
        return _STATUS_BY_BEGINNING[beginning]
    return next((s for kind, s in _STATUS_BY_TYPE if isinstance(error, kind)), 500)


def problem_response(status: int, code: str, what: str, todo: str) -> JSONResponse:
    """Return an answer with a problem as its body."""
    body = Problem(code=code, what=what, todo=todo).model_dump()
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status_code=status, headers=headers)


def error_response(error: WatchpostError) -> JSONResponse:
    """Return the answer for an error of ours."""
    return problem_response(status_of(error), error.code, error.what, error.todo)


def install(app: FastAPI) -> None:
    """Answer every error of this app with a problem body."""
    app.add_exception_handler(WatchpostError, _on_watchpost)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Unexpected)


def _on_watchpost(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WatchpostError)
    status = status_of(error)
    if status >= 500:
        _log.error("request failed", path=request.url.path, code=error.code)
    return error_response(error)


def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    what = f"The field {place} is not right: {first['msg']}."
    return problem_response(
        422, "request.invalid", what, "Correct it and send the request again."
    )


def _on_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    what, todo = _SENTENCES.get(
        error.status_code,
        (f"The request was refused ({error.detail}).", "Check it and try again."),
    )
    return problem_response(error.status_code, f"http.{error.status_code}", what, todo)


class Unexpected:
    """ASGI middleware: a bug in a route costs that answer, not the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            _log.exception("request failed", path=scope["path"], error=str(error))
            await problem_response(
                500,
                "edge.internal",
                "The edge failed at this request.",
                "Try again; if it stays, export diagnostics from the Settings page.",
            )(scope, receive, send)
