"""Real time: the log, the hub, sockets; against real PostgreSQL and Valkey."""
