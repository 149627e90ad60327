"""Zones beside the lines of a camera's rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; rules written before have no zones."""
    op.add_column(
        "rule_versions",
        sa.Column("zones", sa.Text(), nullable=False, server_default="[]"),
    )
