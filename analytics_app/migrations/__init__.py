"""The built-in tables, step by step (Alembic by way of Flask-Migrate). `create_db` takes these steps."""
