"""The table of loans."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "p_loans__loans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("of_registry", sa.String(length=40), nullable=False),
        sa.Column("of_record", sa.Integer(), nullable=False),
        sa.Column("borrower", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("returned", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_loans__loans")),
    )
    op.create_index("ix_p_loans__loans_thing", "p_loans__loans", ["of_registry", "of_record"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("p_loans__loans")
