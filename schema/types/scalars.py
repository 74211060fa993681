"""Scalars beside those of the specification, and how ids are read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, NewType, Self

import strawberry
from strawberry.file_uploads import Upload
from strawberry.types.scalar import ScalarDefinition

from core.errors import InvalidInput
from core.text import is_storable

__all__ = ["SCALARS", "BigInt", "JSONObject", "Upload", "UploadedFile", "row_id", "row_id_or_none"]

BigInt = NewType("BigInt", int)
JSONObject = NewType("JSONObject", dict)  # type: ignore[type-arg]  # of any JSON values
_MOST = 2**53 - 1
_ID = re.compile(r"[1-9][0-9]{0,18}")
_MOST_ID = 2**63 - 1
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """What the transport puts in the place of an ``Upload`` variable. ``name`` has no folders."""

    name: str
    data: bytes

    @classmethod
    def of(cls, value: object) -> Self:
        """Raises InvalidInput for what came as JSON instead of a file."""
        if not isinstance(value, cls):
            raise InvalidInput("A file is sent by the GraphQL multipart request specification", field="file")
        return value


def _big_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -_MOST <= value <= _MOST:
        raise ValueError("BigInt must be a whole number within 2^53")
    return value


def _json_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("JSONObject must be an object")
    _check_json(value)
    return value


def _check_json(value: object, depth: int = 1) -> None:
    """Our stores hold numbers of 64 bits and no NUL, and encoders stop at some depth."""
    if depth > _DEEPEST:
        raise ValueError(f"JSONObject must not be nested deeper than {_DEEPEST}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("Numbers in JSONObject must fit in 64 bits")
    if isinstance(value, str) and not is_storable(value):
        raise ValueError("Texts in JSONObject must hold no character that cannot be stored")
    for item in _inside(value):
        _check_json(item, depth + 1)


def _inside(value: object) -> Iterable[object]:
    """Keys too."""
    if isinstance(value, dict):
        return chain.from_iterable(value.items())
    return value if isinstance(value, list) else ()


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 53 bits, which JSON numbers carry exactly.",
        serialize=_big_int,
        parse_value=_big_int,
    ),
    JSONObject: strawberry.scalar(
        name="JSONObject",
        description="A JSON object, at most 16 levels deep, with numbers of at most 64 bits.",
        serialize=lambda value: value,
        parse_value=_json_object,
    ),
}


def row_id(value: strawberry.ID, field: str = "id") -> int:
    """The integer behind an id. Raises InvalidInput naming ``field`` for what no row can have."""
    if not _ID.fullmatch(value) or int(value) > _MOST_ID:
        raise InvalidInput(f"{field} must be a positive whole number", field=field)
    return int(value)


def row_id_or_none(value: strawberry.ID | None, field: str = "id") -> int | None:
    return None if value is None else row_id(value, field)
