"""Requests to addresses that tenants give us."""
