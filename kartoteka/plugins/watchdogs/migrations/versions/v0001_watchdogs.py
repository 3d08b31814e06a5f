"""The tables of watchdogs, of what they tell, and of its way to people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.String(32).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _alerts()
    _carried()
    _deliveries()
    _manners()
    _mutes()
    _triggers()
    _watchdogs()


def _alerts() -> None:
    op.create_table(
        "p_watchdogs__alerts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("watchdog_id", sa.Integer(), nullable=False),
        sa.Column("on_registry", sa.String(length=41), nullable=False),
        sa.Column("record", BIG, nullable=False),
        sa.Column("occurrence", sa.String(length=120), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("thing", BIG, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("snoozed_until", MOMENT, nullable=True),
        sa.Column("escalate_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_watchdogs__alerts")),
        sa.UniqueConstraint(
            "watchdog_id",
            "on_registry",
            "record",
            "occurrence",
            "recipient_id",
            name="uq_p_watchdogs__alerts_once",
        ),
    )
    op.create_index(
        op.f("ix_p_watchdogs__alerts_escalate_at"), "p_watchdogs__alerts", ["escalate_at"], unique=False
    )
    op.create_index("ix_p_watchdogs__alerts_of", "p_watchdogs__alerts", ["watchdog_id", "id"], unique=False)
    op.create_index(
        "ix_p_watchdogs__alerts_unread",
        "p_watchdogs__alerts",
        ["recipient_id", "read_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_p_watchdogs__alerts_whose", "p_watchdogs__alerts", ["recipient_id", "id"], unique=False
    )


def _carried() -> None:
    op.create_table(
        "p_watchdogs__carried",
        sa.Column("delivery_id", BIG, autoincrement=False, nullable=False),
        sa.Column("alert_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "alert_id", name=op.f("pk_p_watchdogs__carried")),
    )


def _deliveries() -> None:
    op.create_table(
        "p_watchdogs__deliveries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("bucket", sa.String(length=80), nullable=False),
        sa.Column("watchdog_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_watchdogs__deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_p_watchdogs__deliveries_message_id")),
    )
    op.create_index(
        "ix_p_watchdogs__deliveries_due", "p_watchdogs__deliveries", ["state", "due_at"], unique=False
    )
    op.create_index(
        "ix_p_watchdogs__deliveries_open",
        "p_watchdogs__deliveries",
        ["recipient_id", "channel", "bucket", "state"],
        unique=False,
    )


def _manners() -> None:
    op.create_table(
        "p_watchdogs__manners",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=False),
        sa.Column("quiet_to", sa.String(length=5), nullable=False),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_p_watchdogs__manners")),
    )


def _mutes() -> None:
    op.create_table(
        "p_watchdogs__mutes",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("watchdog_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "watchdog_id", "channel", name=op.f("pk_p_watchdogs__mutes")),
    )


def _triggers() -> None:
    op.create_table(
        "p_watchdogs__triggers",
        sa.Column("watchdog_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_registry", sa.String(length=41), nullable=False),
        sa.Column("record", BIG, nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("watchdog_id", "part", name=op.f("pk_p_watchdogs__triggers")),
    )
    op.create_index(
        "ix_p_watchdogs__triggers_event",
        "p_watchdogs__triggers",
        ["on_registry", "record", "sort"],
        unique=False,
    )


def _watchdogs() -> None:
    op.create_table(
        "p_watchdogs__watchdogs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("on_registry", sa.String(length=41), nullable=False),
        sa.Column("record", BIG, nullable=True),
        sa.Column("definition", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("swept_to", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("checked", sa.String(length=64), nullable=False),
        sa.Column("silent_since", MOMENT, nullable=True),
        sa.Column("memory", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_watchdogs__watchdogs")),
    )
    op.create_index(
        op.f("ix_p_watchdogs__watchdogs_next_at"), "p_watchdogs__watchdogs", ["next_at"], unique=False
    )
    op.create_index(
        op.f("ix_p_watchdogs__watchdogs_owner_id"), "p_watchdogs__watchdogs", ["owner_id"], unique=False
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("p_watchdogs__watchdogs")
    op.drop_table("p_watchdogs__triggers")
    op.drop_table("p_watchdogs__mutes")
    op.drop_table("p_watchdogs__manners")
    op.drop_table("p_watchdogs__deliveries")
    op.drop_table("p_watchdogs__carried")
    op.drop_table("p_watchdogs__alerts")
