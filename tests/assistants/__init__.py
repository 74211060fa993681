"""Assistants and what goes with them."""
