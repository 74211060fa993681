"""Pages: offset pages of the documented REST lists, cursor pages of GraphQL connections."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from core.errors import InvalidInput

T = TypeVar("T")

MAX_CURSOR_PAGE = 100


@dataclass(frozen=True, slots=True)
class OffsetPage:
    """Rows to skip and rows to return, already checked."""

    skip: int = 0
    limit: int = 100

    @classmethod
    def checked(cls, skip: int, limit: int, *, most: int) -> "OffsetPage":
        """Raises InvalidInput naming the field that is out of bounds."""
        if not 0 <= skip < 2**31:
            raise InvalidInput("skip must be zero or more and fit in 31 bits", field="skip")
        if not 1 <= limit <= most:
            raise InvalidInput(f"limit must be between 1 and {most}", field="limit")
        return cls(skip, limit)


@dataclass(frozen=True, slots=True)
class CursorPage:
    """``size`` rows after the row with key ``after``; ``after`` None starts at the first."""

    size: int
    after: int | None = None

    @classmethod
    def checked(cls, first: int, after: str | None) -> "CursorPage":
        """Raises InvalidInput for a size out of bounds or a cursor that is not ours."""
        if not 1 <= first <= MAX_CURSOR_PAGE:
            raise InvalidInput(f"first must be between 1 and {MAX_CURSOR_PAGE}", field="first")
        return cls(first, None if after is None else decode_cursor(after))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list that is ordered by a moment and, among those of one moment, by id."""

    moment: datetime
    id: int

    def cursor(self) -> str:
        return base64.urlsafe_b64encode(f"p:{self.moment.isoformat()}:{self.id}".encode()).decode()

    @classmethod
    def of(cls, cursor: str) -> "Place":
        """Raises InvalidInput for what :meth:`cursor` did not make."""
        try:
            kind, _, rest = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
            moment, _, key = rest.rpartition(":")
            place = cls(datetime.fromisoformat(moment), int(key))
        except (ValueError, binascii.Error, UnicodeError):
            raise InvalidInput("after is not a cursor of this list", field="after") from None
        if kind != "p" or place.moment.tzinfo is None or not 0 <= place.id < 2**63:
            raise InvalidInput("after is not a cursor of this list", field="after")
        return place


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Rows of one cursor page, and whether more follow."""

    rows: Sequence[T]
    has_more: bool


def encode_cursor(key: int) -> str:
    # Of these characters base64 makes none in which its alphabet for addresses differs.
    return binascii.b2a_base64(b"c:%d" % key, newline=False).decode()


def decode_cursor(cursor: str) -> int:
    try:
        prefix, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        number = int(key)
    except (ValueError, binascii.Error, UnicodeError):
        raise InvalidInput("after is not a cursor of this list", field="after") from None
    if prefix != "c" or not 0 <= number < 2**63:
        raise InvalidInput("after is not a cursor of this list", field="after")
    return number
