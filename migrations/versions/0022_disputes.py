"""The dates that a notice disputes are found by an index.

Revision 0022, after 0021.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_entry_disputed",
        "entry",
        ["notice_id"],
        unique=False,
        sqlite_where=sa.text("disputed = 1"),
        postgresql_where=sa.text("disputed"),
    )


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
