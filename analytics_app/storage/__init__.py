"""Write to PostgreSQL: one transaction a group; rebuild and replay."""
