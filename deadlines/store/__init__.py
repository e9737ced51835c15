"""The database: tables, migrations, the audit trail, and the one way to open, read and write it."""
