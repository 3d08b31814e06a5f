"""Which records are watched because others have become part of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.create_table(
        "p_ares__followed",
        sa.Column("of_registry", sa.String(41), nullable=False),
        sa.Column("of_record", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_record", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("of_registry", "of_record", name=op.f("pk_p_ares__followed")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("p_ares__followed")
