"""Words of `replyx`: its Russian messages, how it writes moments and money."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from rest import russian
from rest.problems import Problem

_CODES: Mapping[str, str] = {
    "INVALID_CREDENTIALS": "Неверный email или пароль",
    "TOKEN_EXPIRED": "JWT токен истек",
    "FORBIDDEN": "Недостаточно прав",
}
_FIELDS = russian.rules((r"is not an e-mail address$", lambda m: "Неверный формат email"))
_WHOLE = russian.rules(
    (r"This e-mail is already registered$", lambda m: "Пользователь с таким email уже зарегистрирован"),
    (
        r"Several tenants know this e-mail",
        lambda m: "Email и пароль подходят к нескольким компаниям: укажите tenant_id",
    ),
    (r"Current password is incorrect$", lambda m: "Неверный текущий пароль"),
)


def of_problem(problem: Problem) -> str:
    """The message of a failure as a whole."""
    return russian.of_problem(problem, codes=_CODES, more=_WHOLE)


def of_field(field: str, message: str) -> str:
    """What is wrong with a field."""
    return russian.of_field(field, message, more=_FIELDS)


def moment(value: datetime) -> datetime:
    """In whole seconds of UTC, which JSON shows as ``2025-08-01T10:00:00Z``."""
    return value.astimezone(UTC).replace(microsecond=0)


def money(value: Decimal) -> float:
    """Roubles as a JSON number: every sum that an account can have is exact in two places."""
    return float(value)
