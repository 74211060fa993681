"""Jobs, relay, schedule and worker processes; against real PostgreSQL, Valkey and Dramatiq."""
