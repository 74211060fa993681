"""What services check themselves, told to the readers of the OpenAPI document: ``extra_json_schema`` refuses nothing.

So the words of a refusal stay the service's, whichever surface was asked.
"""

from decimal import Decimal
from typing import Annotated

import msgspec

# What Python takes for blank, of which `\s` in the patterns of JSON Schema knows not all.
NOT_BLANK = {"pattern": r"[^\s\x1c-\x1f\x85]"}
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DAY_OR_MOMENT = [{"format": "date"}, {"format": "date-time"}]


def words(most: int, *, blank: bool = False) -> dict[str, object]:
    """Text of so many characters at most."""
    return {"maxLength": most} if blank else {"minLength": 1, "maxLength": most, **NOT_BLANK}


def any_case(*names: str) -> str:
    """The pattern of these names in any case, or of none. Patterns of JSON Schema have no flags."""
    spelt = ("".join(f"[{letter.upper()}{letter.lower()}]" for letter in name) for name in names)
    return f"^({'|'.join(spelt)})?$"


Email = Annotated[str, msgspec.Meta(extra_json_schema={"format": "email", "maxLength": 254})]
Password = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 8, "description": "с буквой и цифрой"})]
Title = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=255, description="Заголовок (1-255 символов)", extra_json_schema=NOT_BLANK),
]
Money = Annotated[Decimal, msgspec.Meta(extra_json_schema={"exclusiveMinimum": 0, "multipleOf": 0.01})]
"""Roubles of a request: a JSON number, read without the detour of a float."""
Moment = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"anyOf": _DAY_OR_MOMENT})]
"""A day or a moment."""
Domain = Annotated[
    str, msgspec.Meta(extra_json_schema={"pattern": rf"^((\*\.)?({_LABEL}\.)+[a-z][a-z-]*[a-z]|localhost)$"})
]
