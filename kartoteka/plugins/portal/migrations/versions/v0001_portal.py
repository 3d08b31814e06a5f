"""The tables of the portal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.String(32).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "p_portal__visits",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("before_at", MOMENT, nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_p_portal__visits")),
    )
    op.create_table(
        "p_portal__openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("of_registry", sa.String(length=40), nullable=False),
        sa.Column("of_record", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_portal__openings")),
    )
    op.create_index(op.f("ix_p_portal__openings_user_id"), "p_portal__openings", ["user_id"])
    op.create_index("ix_p_portal__openings_record", "p_portal__openings", ["of_registry", "of_record"])
    op.create_table(
        "p_portal__begun",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("of_registry", sa.String(length=40), nullable=False),
        sa.Column("given", DOCUMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "of_registry", name=op.f("pk_p_portal__begun")),
    )
    op.create_table(
        "p_portal__told",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "what", name=op.f("pk_p_portal__told")),
    )


def downgrade() -> None:
    """Drop them again."""
    for name in ("told", "begun", "openings", "visits"):
        op.drop_table(f"p_portal__{name}")
