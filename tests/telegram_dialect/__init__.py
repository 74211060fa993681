"""Tests of the `telegram` dialect: the REST and WebSocket API under /api/v1 and /ws/tickets."""
