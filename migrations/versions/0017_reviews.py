"""Matters of which no date is known yet: who said so, and when they are looked at again.

Revision 0017, after 0016.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STANDING = sa.text("ended_at is null")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("matter_id", sa.String(length=26), nullable=False),
        sa.Column("again_on", sa.Date(), nullable=False),
        sa.Column("said_by", sa.String(length=26), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_review_matter_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_review_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_matter_id"), "review", ["matter_id"], unique=False)
    standing = {"sqlite_where": STANDING, "postgresql_where": STANDING}
    op.create_index("uq_review_standing", "review", ["matter_id"], unique=True, **standing)
    op.create_index("ix_review_due", "review", ["next_at"], unique=False, **standing)


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
