"""Papers that came in; the looks, initials, dispatch and re-check of an entry.

Revision 0010, after 0009.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incoming",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("matter_id", sa.String(length=26), nullable=True),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(length=254), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=254), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("at in ('mail','e-mail','fax','portal','counter')", name=op.f("ck_incoming_at")),
        sa.CheckConstraint("state in ('waiting','docketed','dismissed')", name=op.f("ck_incoming_state")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_incoming_matter_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_incoming_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
    )
    op.create_index(op.f("ix_incoming_matter_id"), "incoming", ["matter_id"], unique=False)
    op.create_index(op.f("ix_incoming_notice_id"), "incoming", ["notice_id"], unique=False)
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_incoming_waiting", "incoming", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.add_column("entry", sa.Column("discrepancy", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("entry", sa.Column("initialed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entry", sa.Column("initialed_by", sa.String(length=26), nullable=True))
    op.add_column("entry", sa.Column("initialed_source", sa.String(length=300), nullable=True))
    op.add_column("entry", sa.Column("dispatched", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("entry", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entry", sa.Column("rechecked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entry", sa.Column("rechecked_by", sa.String(length=26), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
