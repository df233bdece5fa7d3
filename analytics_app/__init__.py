"""User Actions Logging: the API that accepts actions and the worker that stores them. CONTRIBUTING.md has the map."""
