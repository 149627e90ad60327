"""Marks texts in tables for translation."""

from __future__ import annotations


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - lupdate's name
    """Mark a text for ``pyside6-lupdate`` and return it as it is.

    Qt's own function of this name has no usable type. The text is translated where it is
    shown, by ``QCoreApplication.translate(context, text)``.
    """
    del context
    return text
