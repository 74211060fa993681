"""Backups, tested by restoring them."""
