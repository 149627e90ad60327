"""Shelves beside the lines and zones of a camera's rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; rules written before have no shelves."""
    op.add_column(
        "rule_versions",
        sa.Column("shelves", sa.Text(), nullable=False, server_default="[]"),
    )
