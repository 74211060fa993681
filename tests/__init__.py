"""Tests: real PostgreSQL and Valkey, doubles for third parties alone."""
