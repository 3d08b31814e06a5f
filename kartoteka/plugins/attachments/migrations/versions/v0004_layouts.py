"""Word documents and spreadsheets that are there are looked into once more, for what they look like."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CONTENTS = "p_attachments__contents"
OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
KINDS = (
    f"{OFFICE}wordprocessingml.document",
    f"{OFFICE}spreadsheetml.sheet",
    f"{ODF}text",
    f"{ODF}spreadsheet",
)


def upgrade() -> None:
    """Put them back into the line of the worker."""
    named = ", ".join(f"'{each}'" for each in KINDS)
    op.execute(f"UPDATE {CONTENTS} SET looked = '' WHERE looked = 'done' AND type IN ({named})")  # noqa: S608


def downgrade() -> None:
    """Nothing was made that the version before would not sweep."""
