"""What somebody asks for at the door: a new password, or a link to come in by."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the purpose; what was asked for before was a new password."""
    with op.batch_alter_table("reset_requests") as table:
        table.add_column(sa.Column("purpose", sa.String(length=10), nullable=False, server_default="reset"))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("reset_requests") as table:
        table.drop_column("purpose")
