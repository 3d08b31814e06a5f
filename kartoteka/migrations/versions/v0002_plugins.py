"""Plugins that have been met, and where they are active."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table of plugins."""
    op.create_table(
        "catalog_plugins",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_plugins")),
        sa.UniqueConstraint("key", name=op.f("uq_catalog_plugins_key")),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("catalog_plugins")
