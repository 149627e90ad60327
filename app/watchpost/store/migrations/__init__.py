"""Alembic's migrations. A released one is never edited."""
