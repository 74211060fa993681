"""The hub, the event log's readers and the transports of live events."""
