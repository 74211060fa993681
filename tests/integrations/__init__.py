"""Adapters against real servers or their doubles."""
