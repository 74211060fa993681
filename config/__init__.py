"""Settings, logging and database configuration: the only readers of the environment."""
