"""Attacks, a kind a file: who tries what, and that nothing comes of it."""
