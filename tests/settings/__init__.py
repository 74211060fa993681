"""Settings, keys and logs."""
