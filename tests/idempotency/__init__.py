"""Requests that are sent again: carried out once, answered alike."""
