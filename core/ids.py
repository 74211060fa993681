"""Identifiers."""

import uuid


def new_uuid() -> uuid.UUID:
    """A random version 4 UUID: tells nothing of when or after which other row it was made."""
    return uuid.uuid4()
