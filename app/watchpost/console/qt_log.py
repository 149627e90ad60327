"""Qt's own messages, taken into our log."""

from __future__ import annotations

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from watchpost.base.log import get_logger

_log = get_logger(__name__)
_LOUD = (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


def install() -> None:
    """Send what Qt says to the log; only what is critical is seen on the terminal."""
    qInstallMessageHandler(_on_message)


def _on_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    tell = _log.error if kind in _LOUD else _log.debug
    tell("qt", text=text, category=context.category)
