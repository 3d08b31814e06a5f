"""Answers of registers, the pace of asking them, and what is watched."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _kinds() -> Mapping[str, Any]:
    postgresql = op.get_bind().dialect.name == "postgresql"
    return {
        "moment": TIMESTAMP(timezone=True) if postgresql else sa.String(32),
        "document": JSONB() if postgresql else sa.JSON(),
    }


def upgrade() -> None:
    """Make them."""
    moment, document = _kinds()["moment"], _kinds()["document"]
    op.create_table(
        "p_ares__answers",
        sa.Column("register", sa.String(20), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("document", document, nullable=False),
        sa.Column("raw", document, nullable=False),
        sa.Column("asked_at", moment, nullable=True),
        sa.Column("found_at", moment, nullable=True),
        sa.Column("asking_until", moment, nullable=True),
        sa.Column("failed_at", moment, nullable=True),
        sa.Column("failure", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("register", "part", "question", name=op.f("pk_p_ares__answers")),
    )
    op.create_index("ix_p_ares__answers_asked_at", "p_ares__answers", ["asked_at"])
    op.create_table(
        "p_ares__gates",
        sa.Column("register", sa.String(20), nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("first_until", moment, nullable=False),
        sa.Column("second_until", moment, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("closed_until", moment, nullable=True),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_p_ares__gates")),
    )
    op.create_table(
        "p_ares__checked",
        sa.Column("of_registry", sa.String(41), nullable=False),
        sa.Column("of_record", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("watched_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("found_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("of_registry", "of_record", name=op.f("pk_p_ares__checked")),
    )
    op.create_table(
        "p_ares__findings",
        sa.Column("of_registry", sa.String(41), nullable=False),
        sa.Column("of_record", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("settled", sa.String(10), nullable=False),
        sa.Column("settled_at", moment, nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("of_registry", "of_record", "what", name=op.f("pk_p_ares__findings")),
    )
    op.create_index("ix_p_ares__findings_open", "p_ares__findings", ["of_registry", "settled", "of_record"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("p_ares__findings", "p_ares__checked", "p_ares__gates", "p_ares__answers"):
        op.drop_table(table)
