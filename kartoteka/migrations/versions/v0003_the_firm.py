"""Tables of what the firm itself looks like: its identity, its pictures, its home pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.String(32).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "pictures",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_pictures_by_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pictures")),
    )
    op.create_index(op.f("ix_pictures_by_id"), "pictures", ["by_id"], unique=False)
    op.create_table(
        "dashboards",
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("place", "owner", name=op.f("pk_dashboards")),
    )


def downgrade() -> None:
    """Take everything away again."""
    for table in ("dashboards", "pictures", "organisation"):
        op.drop_table(table)
