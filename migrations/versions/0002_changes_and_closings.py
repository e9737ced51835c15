"""Changes of dates, closings, verification, and amended notices.

Revision 0002, after 0001.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = "state in ('pending','agreed')"


def upgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amends_id", sa.String(length=26), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_notice_amends_id"), "notice", ["amends_id"], ["id"])

    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("policy", sa.JSON(), nullable=True))

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("verified_by", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("closed_by", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("closing", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("resolved_by", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("resolution", sa.JSON(), nullable=True))

    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("window", sa.JSON(), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("authority", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.String(length=254), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.String(length=254), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=254), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('earlier','later','mixed','gone','new')", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint(
            "state in ('pending','agreed','applied','accepted','ignored','superseded')",
            name=op.f("ck_proposal_state"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_proposal_entry_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_proposal_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_proposal_waiting",
            ["entry_id"],
            unique=True,
            sqlite_where=sa.text(WAITING),
            postgresql_where=sa.text(WAITING),
        )


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
