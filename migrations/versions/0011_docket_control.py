"""Docket control: evening checks, extensions, missed dates and what is done about them.

Revision 0011, after 0010.

House rule: a migration must not break the previous version of the program. Widen first, fill, and tighten
only in a later release; a column is renamed or dropped in steps. Nothing of the docket is ever deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SIGNED = ("evening_check", "missed", "missed_note")
"""What is written once and never changed."""
KEPT_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'what was signed cannot be changed'); END
"""
KEPT_SQLITE_REPLACE = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was signed cannot be changed'); END
"""
KEPT_POSTGRES = """
CREATE FUNCTION signed_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what was signed cannot be changed'; END $$
"""


def protect() -> None:
    """What was signed is append-only, whoever writes."""
    if op.get_bind().dialect.name == "sqlite":
        for table in SIGNED:
            for verb in ("update", "delete"):
                op.execute(KEPT_SQLITE.format(table=table, verb=verb))
            op.execute(KEPT_SQLITE_REPLACE.format(table=table))
        return
    op.execute(KEPT_POSTGRES)
    for table in SIGNED:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION signed_refuse()"
        )


def upgrade() -> None:
    op.create_table(
        "evening_check",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evening_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evening_check")),
        sa.UniqueConstraint("on", "person_id", name=op.f("uq_evening_check_on")),
    )
    op.create_index(op.f("ix_evening_check_person_id"), "evening_check", ["person_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=26), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("granted_to", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("safe_to", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint("state in ('requested','granted','refused','ended')", name=op.f("ck_extension_state")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_extension_entry_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_extension_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_entry_id"), "extension", ["entry_id"], unique=False)
    op.create_index(
        "uq_extension_requested",
        "extension",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_table(
        "missed",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=26), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_missed_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed")),
    )
    op.create_index(op.f("ix_missed_entry_id"), "missed", ["entry_id"], unique=False)
    op.create_table(
        "missed_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("missed_id", sa.String(length=26), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["missed_id"], ["missed.id"], name=op.f("fk_missed_note_missed_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_missed_note_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_note")),
    )
    op.create_index(op.f("ix_missed_note_missed_id"), "missed_note", ["missed_id"], unique=False)
    protect()


def downgrade() -> None:
    raise NotImplementedError("the docket is never taken back: restore a backup instead")
