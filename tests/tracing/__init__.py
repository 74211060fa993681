"""Traces: one from a message to the reply, none of what people wrote, and no harm by the collector."""
