"""Which entries are of a remedy that itself tells of a protected case.

Revision 0020, after 0019.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

RULES = ("bia.motion.reopen.vawa", "eoir.motion.reopen.vawa")


def upgrade() -> None:
    op.add_column("entry", sa.Column("discreet", sa.Boolean(), server_default=sa.false(), nullable=False))
    entry = sa.table("entry", sa.column("rule"), sa.column("discreet"))
    op.execute(sa.update(entry).where(entry.c.rule.in_(RULES)).values(discreet=sa.true()))


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
