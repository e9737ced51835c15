"""The dates in force stand beside each entry too, so that a docket of 120,000 open dates is listed at once; and what
was done about one thing is found in the audit trail by an index.

Revision 0016, after 0015.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DATES = ("protective_by", "safe_by", "last_day")


def upgrade() -> None:
    for name in DATES:
        op.add_column("entry", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("entry", sa.Column("disputed", sa.Boolean(), server_default=sa.false(), nullable=False))
    entry = sa.table("entry", *(sa.column(name) for name in ("id", "version", "disputed", *DATES)))
    columns = [sa.column("entry_id"), sa.column("version"), *map(sa.column, DATES), sa.column("window", sa.JSON())]
    deadline = sa.table("deadline", *columns)
    in_force = sa.and_(deadline.c.entry_id == entry.c.id, deadline.c.version == entry.c.version)
    disputes = sa.exists().where(in_force, deadline.c["window"]["dispute"].as_string().is_not(None)).correlate(entry)
    copied = {name: sa.select(deadline.c[name]).where(in_force).scalar_subquery() for name in DATES}
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.execute(sa.update(entry).values(**copied, disputed=disputes))


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
