"""Marks on versions, who is working on what, links for people from outside, and what is needed to count space."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.String(32).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
CONTENTS, VERSIONS, MARKS, CHECKOUTS, SHARES, OPENINGS = (
    f"p_attachments__{name}" for name in ("contents", "versions", "marks", "checkouts", "shares", "openings")
)
FILES = "r__attachments"


def upgrade() -> None:
    """Make them; versions that are there learn on records of which registry they lie."""
    op.add_column(VERSIONS, sa.Column("on_registry", sa.String(41), nullable=True))
    op.create_index(op.f(f"ix_{VERSIONS}_by_id"), VERSIONS, ["by_id"])
    if sa.inspect(op.get_bind()).has_table(FILES):
        op.execute(
            f"UPDATE {VERSIONS} SET on_registry = (SELECT r.key FROM {FILES} f JOIN catalog_registries r"  # noqa: S608
            f" ON r.id = f._on_registry WHERE f.id = {VERSIONS}.attachment)"
        )
    op.add_column(CONTENTS, sa.Column("pages", sa.Integer(), nullable=False, server_default="0"))
    # Documents that are there are looked into once more, for their pages.
    op.execute(f"UPDATE {CONTENTS} SET looked = '' WHERE type = 'application/pdf' AND looked = 'done'")  # noqa: S608
    op.create_table(
        MARKS,
        sa.Column("id", BIG, nullable=False),
        sa.Column("attachment", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(10), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{MARKS}")),
    )
    op.create_index(f"ix_{MARKS}_of", MARKS, ["attachment", "number", "mark", "stands"], unique=True)
    op.create_table(
        CHECKOUTS,
        sa.Column("attachment", BIG, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("attachment", name=op.f(f"pk_{CHECKOUTS}")),
    )
    op.create_table(
        SHARES,
        sa.Column("id", BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("attachment", BIG, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SHARES}")),
    )
    op.create_index(op.f(f"ix_{SHARES}_hash"), SHARES, ["hash"], unique=True)
    op.create_index(op.f(f"ix_{SHARES}_attachment"), SHARES, ["attachment"])
    op.create_table(
        OPENINGS,
        sa.Column("id", BIG, nullable=False),
        sa.Column("share", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{OPENINGS}")),
    )
    op.create_index(op.f(f"ix_{OPENINGS}_share"), OPENINGS, ["share"])


def downgrade() -> None:
    """Drop them again."""
    for table in (OPENINGS, SHARES, CHECKOUTS, MARKS):
        op.drop_table(table)
    with op.batch_alter_table(CONTENTS) as contents:
        contents.drop_column("pages")
    with op.batch_alter_table(VERSIONS) as versions:
        versions.drop_index(op.f(f"ix_{VERSIONS}_by_id"))
        versions.drop_column("on_registry")
