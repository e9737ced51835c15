"""Calendars for matters, teams and the firm, with filters and ends; letters and invitations.

Revision 0003, after 0002. Who keeps the docket saw the whole firm in every feed, and still does.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The remedy stands in the window that is stored whole.
REMEDY_SQLITE = """
UPDATE entry SET remedy = coalesce((
  SELECT json_extract(d.window, '$.remedy') FROM deadline AS d
  WHERE d.entry_id = entry.id AND d.version = entry.version), '')
"""
REMEDY_POSTGRESQL = """
UPDATE entry SET remedy = coalesce((
  SELECT d.window ->> 'remedy' FROM deadline AS d
  WHERE d.entry_id = entry.id AND d.version = entry.version), '')
"""
WAITING = "state in ('planned','leased','uncertain')"


def upgrade() -> None:
    _people()
    _entries()
    _subscriptions()
    _letters()


def _people() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invitations", sa.String(length=20), nullable=True))
    op.create_table(
        "matter_member",
        sa.Column("matter_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_member_matter_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_matter_member_person_id")),
        sa.PrimaryKeyConstraint("matter_id", "person_id", name=op.f("pk_matter_member")),
    )
    op.create_index(op.f("ix_matter_member_person_id"), "matter_member", ["person_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id")),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_person_id"), "team_member", ["person_id"], unique=False)


def _entries() -> None:
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remedy", sa.String(length=80), server_default="", nullable=False))
    op.execute(REMEDY_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else REMEDY_SQLITE)
    op.create_table(
        "variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rendering_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("renderer", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["rendering_id"], ["rendering.id"], name=op.f("fk_variant_rendering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("rendering_id", "kind", name=op.f("uq_variant_rendering_id")),
    )


def _subscriptions() -> None:
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=10), server_default="own", nullable=False))
        batch_op.add_column(sa.Column("matter_id", sa.String(length=26), nullable=True))
        batch_op.add_column(sa.Column("team_id", sa.String(length=26), nullable=True))
        batch_op.add_column(sa.Column("remedies", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("fatal_only", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("protective", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("reminders", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("claim_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("claim_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ending", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("replaced_by", sa.String(length=26), nullable=True))
        batch_op.add_column(sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_subscription_matter_id"), "matter", ["matter_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_subscription_team_id"), "team", ["team_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_subscription_replaced_by"), "subscription", ["replaced_by"], ["id"])
        batch_op.create_unique_constraint(batch_op.f("uq_subscription_claim_hash"), ["claim_hash"])
        batch_op.create_check_constraint(batch_op.f("ck_subscription_scope"), "scope in ('own','matter','team','firm')")
        batch_op.create_check_constraint(
            batch_op.f("ck_subscription_ending"), "ending in ('rotated','revoked','leaked','left')"
        )
    op.execute(
        sa.text(
            "UPDATE subscription SET scope = 'firm' WHERE person_id IN (SELECT id FROM person WHERE role = 'docket')"
        )
    )
    op.execute(sa.text("UPDATE subscription SET ending = 'revoked' WHERE revoked_at IS NOT NULL"))


def _letters() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("calendar", sa.LargeBinary(), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=300), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('planned','leased','uncertain','sent','dead','cancelled')", name=op.f("ck_letter_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_letter_key")),
    )
    op.create_index(op.f("ix_letter_person_id"), "letter", ["person_id"], unique=False)
    op.create_index(
        "ix_letter_due",
        "letter",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )
    op.create_table(
        "invitation",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rendered", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_invitation_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("entry_id", "slot", "person_id", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
