"""Inspection stations beside the lines of a camera's rules, and their verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and make the tables; rules written before have no stations."""
    op.add_column(
        "rule_versions",
        sa.Column("stations", sa.Text(), nullable=False, server_default="[]"),
    )
    op.create_table(
        "stations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_stations_camera_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
        comment="Every inspection station there ever was, by its newest name.",
    )
    op.create_table(
        "verdicts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("defect_looks", sa.Integer(), nullable=False),
        sa.Column("defects", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('pass', 'fail', 'not_inspected')",
            name=op.f("ck_verdicts_outcome"),
        ),
        sa.CheckConstraint(
            "(outcome = 'not_inspected') = (reason IS NOT NULL)",
            name=op.f("ck_verdicts_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_verdicts_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["release"], ["releases.number"], name=op.f("fk_verdicts_release")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_verdicts_station_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("id", name=op.f("uq_verdicts_id")),
        sa.UniqueConstraint(
            "station_id",
            "epoch",
            "track_id",
            "from_ns",
            name=op.f("uq_verdicts_station_id_epoch_track_id_from_ns"),
        ),
    )
    op.create_index(op.f("ix_verdicts_to_ns"), "verdicts", ["to_ns"], unique=False)
    op.create_index(
        op.f("ix_verdicts_station_id_to_ns_outcome"),
        "verdicts",
        ["station_id", "to_ns", "outcome"],
        unique=False,
    )
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER verdicts_no_{action.lower()} BEFORE {action} ON verdicts "
            "BEGIN SELECT RAISE(ABORT, 'verdicts is append-only'); END"
        )
