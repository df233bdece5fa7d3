"""What was accepted and is not stored yet: the inbox in Redis, the spool on disk."""
