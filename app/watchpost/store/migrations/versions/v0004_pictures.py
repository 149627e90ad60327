"""When cameras' pictures were too bad to count by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "bad_pictures",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=True),
        sa.Column("troubles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_bad_pictures_camera_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_bad_pictures")),
        comment="Stretches of time in which counts are not to be trusted.",
    )
    op.create_index(
        op.f("ix_bad_pictures_camera_id_from_ns"),
        "bad_pictures",
        ["camera_id", "from_ns"],
        unique=False,
    )
