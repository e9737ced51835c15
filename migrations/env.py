"""Runs the migrations on the connection and in the transaction that `deadlines.store.migrate` opened.

SQLite can roll back a schema change, but Alembic does not believe it: `transactional_ddl` says so, and the
caller has taken the write lock (BEGIN IMMEDIATE). A migration that fails or is killed leaves nothing behind.
"""

from alembic import context

from deadlines.store.migrate import plain_type
from deadlines.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plain_type,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
