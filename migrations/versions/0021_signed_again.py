"""Who has signed for an evening may sign again for what came after.

Revision 0021, after 0020.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEPT_SQLITE = """
CREATE TRIGGER evening_check_no_{verb} BEFORE {verb} ON evening_check
BEGIN SELECT RAISE(ABORT, 'what was signed cannot be changed'); END
"""
KEPT_SQLITE_REPLACE = """
CREATE TRIGGER evening_check_no_replace BEFORE INSERT ON evening_check
WHEN EXISTS (SELECT 1 FROM evening_check WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was signed cannot be changed'); END
"""


def upgrade() -> None:
    with op.batch_alter_table("evening_check") as table:
        table.drop_constraint(op.f("uq_evening_check_on"), type_="unique")
        table.create_index(op.f("ix_evening_check_on"), ["on"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        # The table was made anew, and its triggers went with the old one.
        for verb in ("update", "delete"):
            op.execute(KEPT_SQLITE.format(verb=verb))
        op.execute(KEPT_SQLITE_REPLACE)


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
