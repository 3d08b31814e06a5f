"""The table of private links, such as those that calendar programs read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.String(32).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "private_links",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_private_links_user_id")),
        sa.PrimaryKeyConstraint("user_id", "purpose", name=op.f("pk_private_links")),
        sa.UniqueConstraint("hash", name=op.f("uq_private_links_hash")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("private_links")
