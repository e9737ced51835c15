"""The last day and the protective date are found by an index, for the pages that show the dates of a month.

Revision 0015, after 0014.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deadline_last_day", "deadline", ["last_day"], unique=False)
    op.create_index("ix_deadline_protective_by", "deadline", ["protective_by"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
