"""How Alembic reaches the database: through the caller's engine, all migrations in one transaction."""

from alembic import context
from sqlalchemy import Engine

engine: Engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # an index on a big table takes its time
        context.run_migrations()
