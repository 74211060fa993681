"""The `replyx` dialect."""
