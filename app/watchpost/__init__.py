"""Watchpost: operator console and edge engine for computer vision in production."""

__version__ = "0.1.0"
