"""Refuses request bodies that are too large before they fill the memory."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchpost.api.problems import problem_response

MAX_BODY_BYTES = 2 << 20
MAX_MODEL_BYTES = 256 << 20


class BodyLimit:
    """ASGI middleware: 413 past the limit, whether or not the length was announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_model = scope["method"] == "POST" and scope["path"] == "/api/v1/models"
        limit = MAX_MODEL_BYTES if is_model else MAX_BODY_BYTES
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await _refuse(limit)(scope, receive, send)
            return
        taken = 0
        answered = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLargeError:
            if not answered:
                await _refuse(limit)(scope, receive, send)


class _TooLargeError(BaseException):
    """Not an ``Exception``: no layer in between may take it for its own failure."""


def _refuse(limit: int) -> ASGIApp:
    return problem_response(
        413,
        "request.too_large",
        f"The request is larger than {limit >> 20} MiB.",
        "Send less at once.",
    )
