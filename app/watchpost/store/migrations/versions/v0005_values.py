"""What zones and shelves measure: visits and minutes, and what they are called."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; zones and shelves drawn before get their rows."""
    op.create_table(
        "watched",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('zone', 'shelf')", name=op.f("ck_watched_kind")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_watched_camera_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched")),
        comment="Every zone and shelf there ever was, by its newest name.",
    )
    op.create_table(
        "visits",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("zone_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=False),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=False),
        sa.Column("dwell_s", sa.Float(), nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_visits_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["watched.id"], name=op.f("fk_visits_zone_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_visits")),
        sa.UniqueConstraint("id", name=op.f("uq_visits_id")),
        sa.UniqueConstraint(
            "zone_id",
            "from_ns",
            "track_id",
            name=op.f("uq_visits_zone_id_from_ns_track_id"),
        ),
    )
    op.create_index(op.f("ix_visits_to_ns"), "visits", ["to_ns"], unique=False)
    op.create_index(
        op.f("ix_visits_zone_id_to_ns"), "visits", ["zone_id", "to_ns"], unique=False
    )
    op.create_table(
        "minutes",
        sa.Column("of_id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("looked_ns", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["of_id"], ["watched.id"], name=op.f("fk_minutes_of_id")
        ),
        sa.PrimaryKeyConstraint("of_id", "measure", "from_ns", name=op.f("pk_minutes")),
        sqlite_with_rowid=False,
    )
    for table in ("visits", "minutes"):
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    _take_in_drawn()


def _take_in_drawn() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT c.id, c.rules_version AS newest, c.removed_ns, v.version, v.zones, "
            "v.shelves, v.at_ns FROM rule_versions v JOIN cameras c ON c.id = v.camera_id "
            "ORDER BY v.version DESC"
        )
    ).all()
    for row in rows:
        for kind, stored in (("zone", row.zones), ("shelf", row.shelves)):
            for drawn in json.loads(stored):
                removed_ns = row.removed_ns
                if row.version != row.newest and removed_ns is None:
                    removed_ns = row.at_ns
                connection.execute(
                    sa.text(
                        "INSERT INTO watched (id, camera_id, kind, name, removed_ns) "
                        "VALUES (:id, :camera, :kind, :name, :removed) "
                        "ON CONFLICT DO NOTHING"
                    ),
                    {
                        "id": drawn["id"],
                        "camera": row.id,
                        "kind": kind,
                        "name": drawn["name"],
                        "removed": removed_ns,
                    },
                )
