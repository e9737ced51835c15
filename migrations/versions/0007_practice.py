"""Milestones, the day by which a courier must have a filing, and who is sent an agenda.

Revision 0007, after 0006.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=False),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=26), nullable=True),
        sa.CheckConstraint("state in ('open','done','cancelled')", name=op.f("ck_milestone_state")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_milestone_entry_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_milestone_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("entry_id", "template", name=op.f("uq_milestone_entry_id")),
    )
    op.create_index(op.f("ix_milestone_owner_id"), "milestone", ["owner_id"], unique=False)
    op.add_column("entry", sa.Column("dispatch_by", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("agenda", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
