"""Left calendars: dates that calendars showed and show no more.

Revision 0006, after 0005.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "left_calendar",
        sa.Column("subscription_id", sa.String(length=26), nullable=False),
        sa.Column("rendering_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rendering_id"], ["rendering.id"], name=op.f("fk_left_calendar_rendering_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_left_calendar_subscription_id")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "rendering_id", name=op.f("pk_left_calendar")),
    )
    op.create_index(op.f("ix_left_calendar_rendering_id"), "left_calendar", ["rendering_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
