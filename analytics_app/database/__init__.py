"""The database: tables, views, migrations, and what PostgreSQL can store."""
