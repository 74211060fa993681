"""What services check themselves, told to the readers of the OpenAPI document: nothing is refused by these here.

So the words of a refusal stay the service's, whichever surface was asked.
"""

from decimal import Decimal
from typing import Annotated

import msgspec

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DAY_OR_MOMENT = [{"format": "date"}, {"format": "date-time"}]

Email = Annotated[str, msgspec.Meta(extra_json_schema={"format": "email", "maxLength": 254})]
Password = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 8, "description": "с буквой и цифрой"})]
Text = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "pattern": r"\S"})]
"""Not blank."""
Money = Annotated[Decimal, msgspec.Meta(extra_json_schema={"exclusiveMinimum": 0, "multipleOf": 0.01})]
"""Roubles of a request: a JSON number, read without the detour of a float."""
Moment = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"anyOf": _DAY_OR_MOMENT})]
"""A day or a moment."""
Domain = Annotated[
    str, msgspec.Meta(extra_json_schema={"pattern": rf"^((\*\.)?({_LABEL}\.)+[a-z][a-z-]*[a-z]|localhost)$"})
]
