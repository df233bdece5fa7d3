"""The built-in tables, one file per revision (Alembic). `create_db` runs those that a database has not had."""
