"""What is wrong with a field, in words that say what would be right. The decoder's own words name Python's types."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from rest.problems import FieldError

_PLACE = re.compile(r" - at `(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]*)`")
_NOUNS: Mapping[str, str] = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "object": "an object",
    "array": "a list", "null": "null",
}  # fmt: skip
_Words = Callable[[re.Match[str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Words], ...] = (
    (re.compile(r"Expected `(?:str|array)[^`]*` of length >= 1$"), lambda _: "must not be empty"),
    (re.compile(r"Expected `str[^`]*` of length >= (\d+)$"), lambda m: f"must be at least {m[1]} characters long"),
    (re.compile(r"Expected `str[^`]*` of length <= (\d+)$"), lambda m: f"must be at most {m[1]} characters long"),
    (re.compile(r"Expected `array[^`]*` of length <= (\d+)$"), lambda m: f"must have at most {m[1]} items"),
    (re.compile(r"Expected `(?:int|float)[^`]*` >= (-?\d+)$"), lambda m: f"must be at least {m[1]}"),
    (re.compile(r"Expected `(?:int|float)[^`]*` <= (-?\d+)$"), lambda m: f"must be at most {m[1]}"),
    (re.compile(r"Expected `str` matching regex '\\\\S'$"), lambda _: "must not be blank"),
    (re.compile(r"Expected `([^`]*)`, got `[^`]*`$"), lambda m: f"must be {_nouns(m[1])}"),
)


def field_error(name: str, text: str, kind: Any = None) -> FieldError:
    """The decoder's complaint about ``name``, declared as ``kind``, at the place inside it that is wrong."""
    place = _PLACE.search(text)
    parts = re.findall(r"[^.\[\]$]+", place["path"]) if place else []
    message = text[: place.start()] if place else text
    missing = _MISSING.match(message)
    if missing:
        return FieldError(".".join([name, *parts, missing["field"]]), "Field required")
    return FieldError(".".join([name, *parts]), _plain(message, kind))


def _plain(message: str, kind: Any) -> str:
    if message.startswith("Invalid enum value") and kind is not None:
        choices = list(_choices(msgspec.inspect.type_info(kind)))
        return f"must be one of: {', '.join(choices)}" if choices else message
    for pattern, words in _RULES:
        found = pattern.match(message)
        if found:
            return words(found)
    return message


def _choices(kind: msgspec.inspect.Type) -> Iterator[str]:
    """The words that a type of words allows."""
    match kind:
        case msgspec.inspect.Metadata(inner):
            yield from _choices(inner)
        case msgspec.inspect.UnionType(types):
            for each in types:
                yield from _choices(each)
        case msgspec.inspect.EnumType(cls):
            yield from (str(member.value) for member in cls)
        case msgspec.inspect.LiteralType(values):
            yield from map(str, values)


def _nouns(types: str) -> str:
    """``int | null`` as "a whole number or null"."""
    return " or ".join(_NOUNS.get(name.strip(), name.strip()) for name in types.split("|"))
