"""Public HTTP that is not ingest: status, health, metrics, the logger files."""
