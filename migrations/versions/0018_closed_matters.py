"""Matters that are closed: when, by whom and why.

Revision 0018, after 0017.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matter", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("matter", sa.Column("closed_by", sa.String(length=26), nullable=True))
    op.add_column("matter", sa.Column("closed_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
