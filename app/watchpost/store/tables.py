"""The tables, as SQLAlchemy Core sees them.

Times are UTC nanoseconds. Identifiers are text (:mod:`watchpost.base.ids`) except where a
row is only ever reached through another. Triggers in the migrations forbid changing or
deleting rows of ``events``, ``verdicts``, ``corrections``, ``visits``, ``minutes``,
``rule_versions`` and ``audit``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="The edge's identity and settings; values are JSON.",
)

cameras = Table(
    "cameras",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),  # JSON, never with a password
    Column("enabled", Boolean, nullable=False),
    Column("record", Boolean, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("removed_ns", BigInteger),
)
Index(
    "uq_cameras_number_of_present",
    cameras.c.number,
    unique=True,
    sqlite_where=text("removed_ns IS NULL"),
    postgresql_where=text("removed_ns IS NULL"),
)

rule_versions = Table(
    "rule_versions",
    metadata,
    Column("camera_id", Text, ForeignKey("cameras.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("lines", Text, nullable=False),  # JSON
    Column("zones", Text, nullable=False, server_default="[]"),  # JSON
    Column("shelves", Text, nullable=False, server_default="[]"),  # JSON
    Column("stations", Text, nullable=False, server_default="[]"),  # JSON
    Column("at_ns", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
)

lines = Table(
    "lines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("removed_ns", BigInteger),
    comment="Every line there ever was, by its newest name.",
)

watched = Table(
    "watched",
    metadata,
    Column("id", Text, primary_key=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("removed_ns", BigInteger),
    CheckConstraint("kind IN ('zone', 'shelf')", name="kind"),
    comment="Every zone and shelf there ever was, by its newest name.",
)

stations = Table(
    "stations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("removed_ns", BigInteger),
    comment="Every inspection station there ever was, by its newest name.",
)

releases = Table(
    "releases",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    UniqueConstraint("sha256", "name"),
    comment="Models that ever counted.",
)

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("line_id", Text, ForeignKey("lines.id"), nullable=False),
    Column("direction", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("stream_ns", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("track_id", BigInteger, nullable=False),
    Column("class_name", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("release", Integer, ForeignKey("releases.number"), nullable=False),
    Column("before_sequence", BigInteger, nullable=False),
    Column("before_at_ns", BigInteger, nullable=False),
    Column("before_x", Float, nullable=False),
    Column("before_y", Float, nullable=False),
    Column("after_sequence", BigInteger, nullable=False),
    Column("after_at_ns", BigInteger, nullable=False),
    Column("after_x", Float, nullable=False),
    Column("after_y", Float, nullable=False),
    # A write that is repeated after a crash finds its own row.
    UniqueConstraint("line_id", "epoch", "sequence", "track_id", "direction"),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
)
Index(None, events.c.at_ns)
Index(None, events.c.camera_id, events.c.at_ns)
Index(None, events.c.line_id, events.c.at_ns, events.c.direction)

verdicts = Table(
    "verdicts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("station_id", Text, ForeignKey("stations.id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("track_id", BigInteger, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("defect_looks", Integer, nullable=False),
    Column("defects", Text, nullable=False),  # JSON
    Column("rules_version", Integer, nullable=False),
    Column("release", Integer, ForeignKey("releases.number"), nullable=False),
    # A write that is repeated after a crash finds its own row.
    UniqueConstraint("station_id", "epoch", "track_id", "from_ns"),
    CheckConstraint("outcome IN ('pass', 'fail', 'not_inspected')", name="outcome"),
    CheckConstraint(
        "(outcome = 'not_inspected') = (reason IS NOT NULL)", name="reason"
    ),
)
Index(None, verdicts.c.to_ns)
Index(None, verdicts.c.station_id, verdicts.c.to_ns, verdicts.c.outcome)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    UniqueConstraint("kind", "record_id"),
    sqlite_autoincrement=True,
    comment="What a hub has not acknowledged yet, in order of commit.",
)

disputes = Table(
    "disputes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("claim", Text, nullable=False),
    Column("event_id", Text, ForeignKey("events.id")),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("line_id", Text, ForeignKey("lines.id"), nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("from_ns", BigInteger),
    Column("to_ns", BigInteger),
    Column("claimed_in", Integer),
    Column("claimed_out", Integer),
    Column("opened_ns", BigInteger, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("due_ns", BigInteger),
    CheckConstraint(
        "state IN ('new', 'in_review', 'corrected', 'rejected')", name="state"
    ),
    sqlite_autoincrement=True,
)
Index(None, disputes.c.state, disputes.c.opened_ns)
Index(None, disputes.c.event_id)

corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("event_id", Text, ForeignKey("events.id")),
    Column("dispute_id", Text, ForeignKey("disputes.id")),
    Column("line_id", Text, ForeignKey("lines.id"), nullable=False),
    Column("effective_ns", BigInteger, nullable=False),  # the moment it restates
    Column("change_in", Integer, nullable=False),
    Column("change_out", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("boxes", Text, nullable=False),  # JSON
    Column("by", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
)
Index(None, corrections.c.line_id, corrections.c.effective_ns)
Index(None, corrections.c.event_id)
Index(None, corrections.c.dispute_id)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", Text, nullable=False),  # over this row and the hash before it
)
Index(None, audit.c.subject, audit.c.number)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("raised_ns", BigInteger, nullable=False),
    Column("cleared_ns", BigInteger),
    Column("acknowledged_ns", BigInteger),
    Column("acknowledged_by", Text),
    Column("shelved_until_ns", BigInteger),
    Column("shelved_by", Text),
    Column("shelf_reason", Text),
)
Index(None, alarms.c.raised_ns, alarms.c.id)
Index(
    "ix_alarms_standing",
    alarms.c.priority,
    sqlite_where=text("cleared_ns IS NULL OR acknowledged_ns IS NULL"),
    postgresql_where=text("cleared_ns IS NULL OR acknowledged_ns IS NULL"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("frames", Integer, nullable=False),
)
Index(None, gaps.c.camera_id, gaps.c.from_ns)

looked = Table(
    "looked",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger, nullable=False),
    comment="Stretches of time in which a camera was analysed.",
)
Index(None, looked.c.camera_id, looked.c.to_ns)

visits = Table(
    "visits",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("zone_id", Text, ForeignKey("watched.id"), nullable=False),
    Column("track_id", BigInteger, nullable=False),
    Column("class_name", Text, nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger, nullable=False),
    Column("dwell_s", Float, nullable=False),
    Column("waited_s", Float, nullable=False),
    Column("cut", Boolean, nullable=False),
    Column("rules_version", Integer, nullable=False),
    # A write that is repeated after a crash finds its own row.
    UniqueConstraint("zone_id", "from_ns", "track_id"),
)
Index(None, visits.c.to_ns)
Index(None, visits.c.zone_id, visits.c.to_ns)

minutes = Table(
    "minutes",
    metadata,
    Column("of_id", Text, ForeignKey("watched.id"), primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("from_ns", BigInteger, primary_key=True),
    Column("looked_ns", BigInteger, nullable=False),
    Column("low", Integer, nullable=False),
    Column("mean", Float, nullable=False),
    Column("high", Integer, nullable=False),
    sqlite_with_rowid=False,
)

bad_pictures = Table(
    "bad_pictures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("camera_id", Text, ForeignKey("cameras.id"), nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger),  # None while it lasts
    Column("troubles", Text, nullable=False),  # joined by commas
    comment="Stretches of time in which counts are not to be trusted.",
)
Index(None, bad_pictures.c.camera_id, bad_pictures.c.from_ns)

metrics = Table(
    "metrics",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("camera_id", Text, nullable=False),  # "" for the edge itself
    UniqueConstraint("name", "camera_id"),
)

health = Table(
    "health",
    metadata,
    Column("metric", Integer, primary_key=True),
    Column("step_s", Integer, primary_key=True),  # 1, 10 or 60
    Column("at_ns", BigInteger, primary_key=True),
    Column("mean", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    sqlite_with_rowid=False,
)

segments = Table(
    "segments",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("path", Text, nullable=False, unique=True),  # within recordings, with "/"
    Column("from_ns", BigInteger, nullable=False),
    Column("to_ns", BigInteger),  # None while it grows
    Column("bytes", BigInteger, nullable=False),
    sqlite_autoincrement=True,
    comment="Recorded video, in order of recording (not of the wall clock).",
)
Index(None, segments.c.camera_id, segments.c.from_ns)

models = Table(
    "models",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record", Text, nullable=False),  # JSON of protocol.models.ModelRecord
    Column("class_map", Text, nullable=False),  # JSON
    Column("active", Boolean, nullable=False),
    Column("previous", Boolean, nullable=False),
    Column("added_ns", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("created_ns", BigInteger, nullable=False),
    Column("revoked_ns", BigInteger),
)
