"""Which matters have a day to come is read from an index alone.

Revision 0019, after 0018.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entry_matter", "entry", ["matter_id", "status", "last_day"], unique=False)
    op.drop_index("ix_entry_matter_id", "entry")


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
