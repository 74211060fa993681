"""Migrations of the database, applied by `opora migrate` under an advisory lock."""
