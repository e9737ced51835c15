"""Digests of stored dates, where channels reach people, deputies and supervisors.

Revision 0004, after 0003.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deputy_id", sa.String(length=26), nullable=True))
        batch_op.add_column(sa.Column("supervisor_id", sa.String(length=26), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_person_deputy_id"), "person", ["deputy_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_person_supervisor_id"), "person", ["supervisor_id"], ["id"])
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    op.create_table(
        "contact",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id")),
        sa.PrimaryKeyConstraint("person_id", "channel", name=op.f("pk_contact")),
    )


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
