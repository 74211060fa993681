"""Tests of the `support` dialect: the REST and WebSocket API under /v1."""
