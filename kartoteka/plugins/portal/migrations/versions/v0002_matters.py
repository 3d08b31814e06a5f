"""What talks are about, kept apart from the talks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "p_portal__matters",
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("seen", DOCUMENT, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", DOCUMENT, nullable=True),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_p_portal__matters")),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("p_portal__matters")
