"""Suites that others wrote, run against the whole of Opora."""
