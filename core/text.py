"""What text from outside has to satisfy before it is stored."""

import re

from core.errors import InvalidInput

# PostgreSQL stores no NUL, and a lone half of a surrogate pair has no UTF-8.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    return _NOT_STORABLE.search(text) is None


def checked_text(text: str, *, field: str, least: int = 0, most: int = 255) -> str:
    """``text`` itself, where it has ``least`` (blanks at the ends not counted) to ``most`` characters.

    Raises InvalidInput naming ``field``.
    """
    if not is_storable(text):
        raise InvalidInput(f"{field} holds a character that cannot be stored", field=field)
    if len(text.strip()) < least:
        raise InvalidInput(f"{field} must be at least {least} characters long", field=field)
    if len(text) > most:
        raise InvalidInput(f"{field} must be at most {most} characters long", field=field)
    return text
