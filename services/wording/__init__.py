"""Texts that customers read, one file per language."""
