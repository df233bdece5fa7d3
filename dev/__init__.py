"""`make run`: the complete system on one machine, with PostgreSQL and Redis installed by pip."""
