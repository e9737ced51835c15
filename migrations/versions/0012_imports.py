"""Rows of tables that became notices, by the firm's own key.

Revision 0012, after 0011.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_imported_notice_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_imported")),
    )


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
