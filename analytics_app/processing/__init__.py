"""Flat actions into what will be written: no I/O."""
