"""What takes the space, counted as it comes and goes, so that nobody has to add it all up."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SUMS, CONTENTS, VERSIONS = (f"p_attachments__{name}" for name in ("sums", "contents", "versions"))
INTO = f"INSERT INTO {SUMS} (scope, key, files, versions, size)"
TOLD = "COUNT(DISTINCT attachment), COUNT(*), COALESCE(SUM(size), 0)"
# The names above and nothing else stand in these.
BEGINNINGS = (
    f"{INTO} SELECT 'all', '', COUNT(*), COUNT(*), COALESCE(SUM(size), 0) FROM {CONTENTS} c"  # noqa: S608
    f" WHERE EXISTS (SELECT 1 FROM {VERSIONS} v WHERE v.sha256 = c.sha256)",
    f"{INTO} SELECT 'by', CAST(by_id AS VARCHAR(41)), {TOLD} FROM {VERSIONS}"  # noqa: S608
    " WHERE restored_from IS NULL GROUP BY by_id",
    f"{INTO} SELECT 'on', COALESCE(on_registry, ''), {TOLD} FROM {VERSIONS}"  # noqa: S608
    " GROUP BY COALESCE(on_registry, '')",
)


def upgrade() -> None:
    """Make them, and count what is there."""
    op.create_table(
        SUMS,
        sa.Column("scope", sa.String(3), nullable=False),
        sa.Column("key", sa.String(41), nullable=False),
        sa.Column("files", BIG, nullable=False),
        sa.Column("versions", BIG, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f(f"pk_{SUMS}")),
    )
    for beginning in BEGINNINGS:
        op.execute(beginning)
    op.create_index(op.f(f"ix_{CONTENTS}_broken"), CONTENTS, ["broken"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index(op.f(f"ix_{CONTENTS}_broken"), CONTENTS)
    op.drop_table(SUMS)
