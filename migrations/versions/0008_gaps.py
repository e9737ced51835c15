"""Gaps: what the auditor found between the reminders that must exist and those that do.

Revision 0008, after 0007.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gap",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("rung", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_gap_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gap_person_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gap")),
    )
    op.create_index(op.f("ix_gap_entry_id"), "gap", ["entry_id"], unique=False)
    op.create_index("ix_gap_seen_at", "gap", ["seen_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
