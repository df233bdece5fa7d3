"""How Alembic reaches the database: by the app's engine, one transaction for all steps."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db

with db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=db.metadata)
    with context.begin_transaction():
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # an index on a big table takes its time
        context.run_migrations()
