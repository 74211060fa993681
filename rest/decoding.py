"""From bytes and strings to typed requests: every wrong field is named, and nothing unstorable passes.

PostgreSQL's text holds no NUL; its bigint and the JSON of our stores hold 64 bits. Lone surrogates and broken UTF-8
are refused by the JSON decoder (RFC 8259, 8.1).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from core.errors import BadRequest, InvalidInput
from rest.field_errors import field_error
from rest.problems import FieldError, WrongFields

T = TypeVar("T", bound=msgspec.Struct)

_MOST_FORM_FIELDS = 50
_DEEPEST = 16


@cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


def decode_json(raw: bytes, kind: type[T]) -> T:
    """A body of JSON, an empty one meaning ``{}``; unknown members are ignored. Raises BadRequest, WrongFields."""
    raw = raw or b"{}"
    try:
        # The decoder skips what it does not need without looking at its UTF-8.
        raw.decode()
        decoded = _decoded(raw, kind)
    except msgspec.ValidationError as error:
        raise WrongFields(_json_errors(raw, kind, error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest("The body is not valid JSON in UTF-8") from None
    if b"\\u0000" in raw:
        _refuse_nul(msgspec.to_builtins(decoded))
    return decoded


def _decoded(raw: bytes, kind: type[T]) -> T:
    """As JSON Schema has it, ``8.0`` is an integer too. Raises ValidationError of msgspec, DecodeError."""
    try:
        return _decoder(kind).decode(raw)  # type: ignore[no-any-return]  # functools.cache forgets the type variable
    except msgspec.ValidationError:
        return msgspec.convert(_whole(msgspec.json.decode(raw)), kind)


def _whole(value: object) -> Any:
    """With integers in the place of floats without a fraction. Beyond 2**53 a float does not say which it means."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def form_fields(raw: bytes) -> dict[str, str]:
    """The fields of a body of ``application/x-www-form-urlencoded`` as they came. Raises BadRequest."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FORM_FIELDS
        )
    except (ValueError, UnicodeError):
        raise BadRequest("The body is not a valid form in UTF-8") from None
    return dict(pairs)


def decode_strings(values: Mapping[str, str], kind: type[T]) -> T:
    """Parameters of a query or a form, converted to the declared types. Raises WrongFields."""
    _refuse_nul(values)
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise WrongFields(_errors(dict(values), kind, error, strict=False)) from None


def decode_parameter(name: str, value: str, kind: Any) -> Any:
    """One parameter of the path. Raises WrongFields."""
    _refuse_nul({name: value})
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise WrongFields([field_error(name, str(error))]) from None


def check_free_json(value: object, field: str, depth: int = 0) -> None:
    """JSON of the client's own making: no deeper than 16, numbers within 64 bits. Raises InvalidInput."""
    if depth > _DEEPEST:
        raise InvalidInput(f"must not be nested deeper than {_DEEPEST}", field=field)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InvalidInput("numbers must fit in 64 bits", field=field)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        check_free_json(item, field, depth + 1)


def _json_errors(raw: bytes, kind: type[T], error: msgspec.ValidationError) -> list[FieldError]:
    try:
        return _errors(_whole(msgspec.json.decode(raw)), kind, error, strict=True)
    except (msgspec.DecodeError, RecursionError):
        raise BadRequest("The body is not valid JSON in UTF-8") from None


def _errors(value: object, kind: type[T], first: msgspec.ValidationError, *, strict: bool) -> list[FieldError]:
    """msgspec stops at the first wrong field: each is converted alone to find the others."""
    if not isinstance(value, dict):
        return [field_error("body", str(first))]
    found = []
    for info in msgspec.structs.fields(kind):
        name = info.encode_name
        if name not in value:
            if info.required:
                found.append(FieldError(name, "Field required"))
            continue
        try:
            msgspec.convert(value[name], info.type, strict=strict)
        except msgspec.ValidationError as error:
            found.append(field_error(name, str(error), info.type))
    return found or [field_error("body", str(first))]


def _refuse_nul(value: object) -> None:
    found = [FieldError(path or "body", "must not contain NUL characters") for path in _nul_places(value, "")]
    if found:
        raise WrongFields(found)


def _nul_places(value: object, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if "\0" in value:
            yield path
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _nul_places(name, path)
            yield from _nul_places(item, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _nul_places(item, f"{path}.{number}".lstrip("."))
