"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What is in the ledger stays as it was written: a correction adds a row.
_APPEND_ONLY = ("events", "corrections", "rule_versions", "audit")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "alarms",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("raised_ns", sa.BigInteger(), nullable=False),
        sa.Column("cleared_ns", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_ns", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("shelved_until_ns", sa.BigInteger(), nullable=True),
        sa.Column("shelved_by", sa.Text(), nullable=True),
        sa.Column("shelf_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        op.f("ix_alarms_raised_ns_id"), "alarms", ["raised_ns", "id"], unique=False
    )
    op.create_index(
        "ix_alarms_standing",
        "alarms",
        ["priority"],
        unique=False,
        sqlite_where=sa.text("cleared_ns IS NULL OR acknowledged_ns IS NULL"),
        postgresql_where=sa.text("cleared_ns IS NULL OR acknowledged_ns IS NULL"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index(
        op.f("ix_audit_subject_number"), "audit", ["subject", "number"], unique=False
    )
    op.create_table(
        "cameras",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Boolean(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cameras")),
    )
    op.create_index(
        "uq_cameras_number_of_present",
        "cameras",
        ["number"],
        unique=True,
        sqlite_where=sa.text("removed_ns IS NULL"),
        postgresql_where=sa.text("removed_ns IS NULL"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
        comment="The edge's identity and settings; values are JSON.",
    )
    op.create_table(
        "health",
        sa.Column("metric", sa.Integer(), nullable=False),
        sa.Column("step_s", sa.Integer(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("metric", "step_s", "at_ns", name=op.f("pk_health")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "metrics",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_metrics")),
        sa.UniqueConstraint(
            "name", "camera_id", name=op.f("uq_metrics_name_camera_id")
        ),
    )
    op.create_table(
        "models",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("class_map", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("previous", sa.Boolean(), nullable=False),
        sa.Column("added_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("kind", "record_id", name=op.f("uq_outbox_kind_record_id")),
        comment="What a hub has not acknowledged yet, in order of commit.",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "releases",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_releases")),
        sa.UniqueConstraint("sha256", "name", name=op.f("uq_releases_sha256_name")),
        comment="Models that ever counted.",
    )
    op.create_table(
        "segments",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_segments")),
        sa.UniqueConstraint("path", name=op.f("uq_segments_path")),
        comment="Recorded video, in order of recording (not of the wall clock).",
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_segments_camera_id_from_ns"),
        "segments",
        ["camera_id", "from_ns"],
        unique=False,
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_table(
        "gaps",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_gaps_camera_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_gaps")),
    )
    op.create_index(
        op.f("ix_gaps_camera_id_from_ns"),
        "gaps",
        ["camera_id", "from_ns"],
        unique=False,
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("removed_ns", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_lines_camera_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
        comment="Every line there ever was, by its newest name.",
    )
    op.create_table(
        "looked",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_looked_camera_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_looked")),
        comment="Stretches of time in which a camera was analysed.",
    )
    op.create_index(
        op.f("ix_looked_camera_id_to_ns"),
        "looked",
        ["camera_id", "to_ns"],
        unique=False,
    )
    op.create_table(
        "rule_versions",
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_rule_versions_camera_id")
        ),
        sa.PrimaryKeyConstraint("camera_id", "version", name=op.f("pk_rule_versions")),
    )
    op.create_table(
        "events",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("stream_ns", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=False),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("before_sequence", sa.BigInteger(), nullable=False),
        sa.Column("before_at_ns", sa.BigInteger(), nullable=False),
        sa.Column("before_x", sa.Float(), nullable=False),
        sa.Column("before_y", sa.Float(), nullable=False),
        sa.Column("after_sequence", sa.BigInteger(), nullable=False),
        sa.Column("after_at_ns", sa.BigInteger(), nullable=False),
        sa.Column("after_x", sa.Float(), nullable=False),
        sa.Column("after_y", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('in', 'out')", name=op.f("ck_events_direction")
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_events_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_events_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["release"], ["releases.number"], name=op.f("fk_events_release")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        sa.UniqueConstraint(
            "line_id",
            "epoch",
            "sequence",
            "track_id",
            "direction",
            name=op.f("uq_events_line_id_epoch_sequence_track_id_direction"),
        ),
    )
    op.create_index(op.f("ix_events_at_ns"), "events", ["at_ns"], unique=False)
    op.create_index(
        op.f("ix_events_camera_id_at_ns"),
        "events",
        ["camera_id", "at_ns"],
        unique=False,
    )
    op.create_index(
        op.f("ix_events_line_id_at_ns_direction"),
        "events",
        ["line_id", "at_ns", "direction"],
        unique=False,
    )
    op.create_table(
        "disputes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=True),
        sa.Column("to_ns", sa.BigInteger(), nullable=True),
        sa.Column("claimed_in", sa.Integer(), nullable=True),
        sa.Column("claimed_out", sa.Integer(), nullable=True),
        sa.Column("opened_ns", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("due_ns", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'in_review', 'corrected', 'rejected')",
            name=op.f("ck_disputes_state"),
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_disputes_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_disputes_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_disputes_line_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_disputes")),
        sa.UniqueConstraint("id", name=op.f("uq_disputes_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_disputes_event_id"), "disputes", ["event_id"], unique=False
    )
    op.create_index(
        op.f("ix_disputes_state_opened_ns"),
        "disputes",
        ["state", "opened_ns"],
        unique=False,
    )
    op.create_table(
        "corrections",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("dispute_id", sa.Text(), nullable=True),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("effective_ns", sa.BigInteger(), nullable=False),
        sa.Column("change_in", sa.Integer(), nullable=False),
        sa.Column("change_out", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["disputes.id"], name=op.f("fk_corrections_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_corrections_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_corrections_line_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_corrections")),
        sa.UniqueConstraint("id", name=op.f("uq_corrections_id")),
        sa.UniqueConstraint(
            "idempotency_key", name=op.f("uq_corrections_idempotency_key")
        ),
    )
    op.create_index(
        op.f("ix_corrections_dispute_id"), "corrections", ["dispute_id"], unique=False
    )
    op.create_index(
        op.f("ix_corrections_event_id"), "corrections", ["event_id"], unique=False
    )
    op.create_index(
        op.f("ix_corrections_line_id_effective_ns"),
        "corrections",
        ["line_id", "effective_ns"],
        unique=False,
    )
    for table in _APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
