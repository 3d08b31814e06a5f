"""The table of first steps that people have taken."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "first_steps",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("put_away", sa.Boolean(), nullable=False),
        sa.Column("done", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_first_steps_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_first_steps")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("first_steps")
