"""Structured logs: one line an event, key and value, passwords never.

JSON lines go to a rotating file, readable lines to the terminal.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
from pathlib import Path
from typing import Any

import structlog

_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/]*@")


def redact(text: str) -> str:
    """Return the text with user and password of every URL replaced by ``***``."""
    return _CREDENTIALS.sub(r"\g<scheme>***@", text)


def _redact_event(_logger: Any, _method: str, event: Any) -> Any:
    return {k: redact(v) if isinstance(v, str) else v for k, v in event.items()}


def configure(folder: Path | None = None, *, verbose: bool = False) -> None:
    """Set up logging for this process; call once, at the composition root.

    Args:
        folder: Where ``watchpost.log`` is written and rotated (5 x 4 MiB), or None.
        verbose: Show debug lines on the terminal too.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.DEBUG if verbose else logging.WARNING)
    terminal.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.dev.ConsoleRenderer(colors=False),
            foreign_pre_chain=shared,
        )
    )
    handlers: list[logging.Handler] = [terminal]
    if folder is not None:
        file = logging.handlers.RotatingFileHandler(
            folder / "watchpost.log", maxBytes=4 << 20, backupCount=5, encoding="utf-8"
        )
        file.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared
            )
        )
        handlers.append(file)
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for chatty in ("httpx", "httpcore", "uvicorn.access", "alembic", "websockets"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger; bind values to it rather than formatting them into the text."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
