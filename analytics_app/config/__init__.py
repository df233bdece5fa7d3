"""Settings, limits and the secret key."""
