"""``--update-shots`` writes the approved pictures anew; look at them before you commit."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-shots", action="store_true", help="approve what is drawn"
    )
    parser.addoption(
        "--shots-to", default="", help="write actual pictures into this folder"
    )
