"""The worker's side: take a group, store it, retry it."""
