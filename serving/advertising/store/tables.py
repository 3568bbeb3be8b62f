"""The tables. Times are seconds since the epoch; tokens are kept as SHA-256, hexadecimal."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NAME = String(64)
HASH = String(64)
UUID = String(36)

lifts = Table(
    "lifts",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("group_name", NAME, nullable=False, default=""),
    Column("tags", JSON, nullable=False, default=list),
    Column("timezone", String(64)),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("token_hash", HASH, unique=True),
    Column("enrolled_at", Double, nullable=False),
    # Which snapshot came last, and until when the next one has to wait (GCRA).
    Column("boot_id", UUID),
    Column("sequence", BigInteger, nullable=False, default=0),
    Column("seen_at", Double),
    Column("arrival_at", Double, nullable=False, default=0.0),
    # `LiftState`.
    Column("state", Text, nullable=False, default="{}"),
)

past_boots = Table(
    "past_boots",
    metadata,
    Column("lift", NAME, ForeignKey(lifts.c.name, ondelete="CASCADE"), primary_key=True),
    Column("boot_id", UUID, primary_key=True),
    Column("ended_at", Double, nullable=False),
)

screens = Table(
    "screens",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("lift", NAME, ForeignKey(lifts.c.name, ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", HASH, unique=True),
    Column("enrolled_at", Double, nullable=False),
    Column("session", UUID),
    Column("seen_at", Double),
    Column("offline_at", Double),
    Column("playing", JSON),
    Column("clock_offset", Double),
    Column("cached_files", Integer),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("lift", NAME, nullable=False),
    Column("campaign", NAME, nullable=False),
    Column("creative_hash", HASH, nullable=False),
    Column("decided", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    # When it began; until then, when it was made.
    Column("began_at", Double, nullable=False),
    # waiting, begun, expired or withdrawn
    Column("status", String(16), nullable=False),
    Column("audience", Integer),
    Column("seconds_shown", Double),
    Index(None, "lift", "began_at"),
    Index(None, "made_at"),
)

plays = Table(
    "plays",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("screen", NAME, nullable=False),
    Column("lift", NAME, nullable=False),
    Column("campaign", NAME, nullable=False),
    Column("creative_hash", HASH, nullable=False),
    Column("scheduled_start", Double, nullable=False),
    Column("scheduled_end", Double, nullable=False),
    Column("actual_start", Double, nullable=False),
    Column("actual_end", Double, nullable=False),
    Column("completed", Boolean, nullable=False),
    Column("decision_id", UUID),
    Column("audience", Integer),
    Column("received_at", Double, nullable=False),
    Index(None, "campaign", "actual_start"),
    Index(None, "actual_start"),
)

bad_plays = Table(
    "bad_plays",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("screen", NAME, nullable=False),
    Column("received_at", Double, nullable=False),
    Column("reason", Text, nullable=False),
    Column("record", Text, nullable=False),
)

creatives = Table(
    "creatives",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("sha256", HASH, nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("media_type", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("bytes", Integer, nullable=False),
    # waiting, approved or rejected
    Column("status", String(16), nullable=False),
    Column("uploaded_at", Double, nullable=False),
    Column("uploaded_by", NAME, nullable=False),
    Column("judged_by", NAME),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", HASH, primary_key=True),
    Column("media_type", String(32), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

schemas = Table(
    "schemas",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False),
    Column("saved_at", Double, nullable=False),
    Column("saved_by", NAME, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("campaign", NAME, primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("spent", Double, nullable=False),
    Column("pace_at", Double, nullable=False),
)

overrides = Table(
    "overrides",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("lift", NAME),
    Column("group_name", NAME),
    Column("text", Text),
    Column("creative", NAME),
    Column("started_at", Double, nullable=False),
    Column("started_by", NAME, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("ended_by", NAME),
)

operators = Table(
    "operators",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("failed_logins", Integer, nullable=False, default=0),
    Column("locked_until", Double, nullable=False, default=0.0),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("operator", NAME, ForeignKey(operators.c.name, ondelete="CASCADE"), nullable=False),
    Column("expires_at", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False, index=True),
    Column("operator", NAME, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
)

changes = Table(
    "changes",
    metadata,
    Column("what", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
