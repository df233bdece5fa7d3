"""Request bodies into flat actions: no I/O."""
