"""Contents, versions and uploads under way."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.String(32).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CONTENTS, VERSIONS, UPLOADS = (f"p_attachments__{name}" for name in ("contents", "versions", "uploads"))


def upgrade() -> None:
    """Make them."""
    op.create_table(
        CONTENTS,
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("looked", sa.String(10), nullable=False),
        sa.Column("thumbnail", sa.Boolean(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("broken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f(f"pk_{CONTENTS}")),
    )
    op.create_index(op.f(f"ix_{CONTENTS}_at"), CONTENTS, ["at"])
    op.create_index(op.f(f"ix_{CONTENTS}_looked"), CONTENTS, ["looked"])
    op.create_table(
        VERSIONS,
        sa.Column("id", BIG, nullable=False),
        sa.Column("attachment", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{VERSIONS}")),
    )
    op.create_index(f"ix_{VERSIONS}_of", VERSIONS, ["attachment", "number"], unique=True)
    op.create_index(op.f(f"ix_{VERSIONS}_sha256"), VERSIONS, ["sha256"])
    op.create_table(
        UPLOADS,
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("offset", BIG, nullable=False),
        sa.Column("wish", DOCUMENT, nullable=False),
        sa.Column("pieces", DOCUMENT, nullable=False),
        sa.Column("attachment", BIG, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{UPLOADS}")),
    )
    op.create_index(op.f(f"ix_{UPLOADS}_at"), UPLOADS, ["at"])


def downgrade() -> None:
    """Drop them again."""
    for table in (UPLOADS, VERSIONS, CONTENTS):
        op.drop_table(table)
