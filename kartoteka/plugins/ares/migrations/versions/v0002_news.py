"""What registers have announced and said anew."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    moment: Any = TIMESTAMP(timezone=True) if postgresql else sa.String(32)
    document: Any = JSONB() if postgresql else sa.JSON()
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("p_ares__checked", sa.Column("said", document, nullable=True))
    op.add_column("p_ares__checked", sa.Column("announced_at", moment, nullable=True))
    op.create_table(
        "p_ares__news",
        sa.Column("id", big, nullable=False),
        sa.Column("of_registry", sa.String(41), nullable=False),
        sa.Column("of_record", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("topics", document, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_ares__news")),
    )
    op.create_index("ix_p_ares__news_when", "p_ares__news", ["of_registry", "at"])
    op.create_table(
        "p_ares__feeds",
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_p_ares__feeds")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("p_ares__feeds")
    op.drop_table("p_ares__news")
    op.drop_column("p_ares__checked", "announced_at")
    op.drop_column("p_ares__checked", "said")
