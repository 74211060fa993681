"""Signing in from a Telegram Mini App: initData is what Telegram handed to the app, signed with the bot's token.

It is verified as https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app has it: the fields
but for ``hash``, sorted, as ``key=value`` lines, and HMAC-SHA256 of them under HMAC-SHA256("WebAppData", token).
"""

import asyncio
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

import orjson
import structlog

from config.settings import get_settings
from core import clock
from core.actor import system_actor
from core.errors import Forbidden, InvalidInput, NotAuthenticated, Unavailable
from core.text import is_storable
from models.tenants import DEFAULT_TENANT_ID
from models.users import User
from services import sealing
from services.sessions import TokenPair, open_session
from services.telegram_people import ensure_user
from services.tokens import Dialect
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work

logger = structlog.get_logger(__name__)

LONGEST_DATA = 8192
_MOST_FIELDS = 50
_LARGEST_TELEGRAM_ID = 2**52
"""Telegram documents its ids as having at most 52 significant bits."""
_OLDEST_S = 24 * 3600
_SKEW_S = 60
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_DATE = re.compile(r"[0-9]{1,12}")
_BOTS = "SELECT tenant_id, sealed_token FROM telegram_bots WHERE is_active ORDER BY id"
_NOT_SIGNED = "initData was not signed by a bot of ours"


@dataclass(frozen=True, slots=True)
class WebAppUser:
    """Who opened the app, as Telegram names them."""

    telegram_id: int
    username: str | None
    first_name: str
    last_name: str | None


async def sign_in(*, init_data: str, hash: str | None = None, dialect: str = Dialect.TELEGRAM) -> TokenPair:
    """A session of the user whom initData names, in the tenant of the bot that signed it; a new user on first sight.

    ``hash`` may stand in initData, beside it, or in both places alike. Raises InvalidInput for what is not initData,
    NotAuthenticated for what is forged or older than 24 h, Forbidden for bots and for the blocked, Unavailable where
    no bot is known.
    """
    fields = _fields(init_data)
    signature = _signature(fields, hash)
    bots = await _known_bots()
    tenant_id = await asyncio.to_thread(_signer, bots, fields, signature)
    _check_age(fields.get("auth_date", ""))
    person = _person(fields.get("user", ""))
    async with unit_of_work(system_actor(tenant_id)) as uow:
        known = await ensure_user(
            uow,
            telegram_id=person.telegram_id,
            username=person.username,
            first_name=person.first_name,
            last_name=person.last_name,
        )
        user = await User.filter(id=known.id, is_active=True).select_for_update(no_key=True).get_or_none()
        if user is None:
            raise Forbidden("This account is blocked")
        return await open_session(uow, user, dialect)


def _fields(init_data: str) -> dict[str, str]:
    """The fields by name. Raises InvalidInput for what no Telegram client sends: a name twice, a broken escape."""
    if len(init_data) > LONGEST_DATA:
        raise InvalidInput(f"initData must be at most {LONGEST_DATA} characters long", field="initData")
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        pairs = []
    fields = dict(pairs)
    if not pairs or len(fields) != len(pairs) or _BROKEN_ESCAPE.search(init_data) or not is_storable(init_data):
        raise InvalidInput("initData is not what a Telegram Mini App receives", field="initData")
    return fields


def _signature(fields: dict[str, str], beside: str | None) -> str:
    """The one hash, taken out of the fields. Raises InvalidInput, NotAuthenticated."""
    inside = fields.pop("hash", None)
    given = [value for value in (inside, beside) if value]
    if not given:
        raise InvalidInput("hash is missing, here and in initData", field="hash")
    if any(not _HASH.fullmatch(value) for value in given) or len({value.lower() for value in given}) > 1:
        raise NotAuthenticated(_NOT_SIGNED)
    return given[0].lower()


async def _known_bots() -> Sequence[tuple[int, str]]:
    """Tenant and sealed token of each bot; the default tenant's from the settings comes first, unsealed."""
    async with system_unit_of_work(SystemReason.TELEGRAM_LOGIN) as statements:
        bots = [(row["tenant_id"], row["sealed_token"]) for row in await statements.rows(_BOTS)]
    if not bots and get_settings().telegram.bot_token is None:
        raise Unavailable("No Telegram bot is configured: set OPORA_TELEGRAM_BOT_TOKEN")
    return bots


def _signer(bots: Sequence[tuple[int, str]], fields: Mapping[str, str], signature: str) -> int:
    """The tenant whose bot signed the fields. All bots are tried: initData does not say whose it is.

    In a thread: opening the tokens of many bots for the first time takes long. Raises NotAuthenticated.
    """
    checked = "\n".join(f"{name}={value}" for name, value in sorted(fields.items())).encode()
    own = get_settings().telegram.bot_token
    secrets = [(DEFAULT_TENANT_ID, _web_app_secret(own.get_secret_value()))] if own else []
    secrets += [(tenant_id, secret) for tenant_id, sealed in bots if (secret := _secret_of(sealed))]
    for tenant_id, secret in secrets:
        if hmac.compare_digest(hmac.digest(secret, checked, "sha256").hex(), signature):
            return tenant_id
    raise NotAuthenticated(_NOT_SIGNED)


def _check_age(auth_date: str) -> None:
    """Raises NotAuthenticated for data of yesterday, of tomorrow, and for none."""
    if not _DATE.fullmatch(auth_date):
        raise NotAuthenticated(_NOT_SIGNED)
    age = clock.now().timestamp() - int(auth_date)
    if not -_SKEW_S <= age <= _OLDEST_S:
        raise NotAuthenticated("initData is too old, or of a time that has not come")


def _person(user: str) -> WebAppUser:
    """Raises InvalidInput where nobody is named, Forbidden for a bot."""
    try:
        told = orjson.loads(user)
    except orjson.JSONDecodeError:
        told = None
    number = told.get("id") if isinstance(told, dict) else None
    if not isinstance(told, dict) or type(number) is not int or not 0 < number < _LARGEST_TELEGRAM_ID:
        raise InvalidInput("initData names no user", field="initData")
    if told.get("is_bot"):
        raise Forbidden("Bots do not sign in")
    return WebAppUser(number, _text(told, "username"), _text(told, "first_name") or "", _text(told, "last_name"))


def _text(told: Mapping[str, object], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None


def _web_app_secret(token: str) -> bytes:
    return hmac.digest(b"WebAppData", token.encode(), "sha256")


@lru_cache(maxsize=16384)
def _secret_of(sealed_token: str) -> bytes | None:
    """None where the token does not open: one bot's loss is not to keep the people of all others out."""
    try:
        return _web_app_secret(sealing.unseal(sealed_token))
    except Unavailable as error:
        logger.error("telegram_token_unreadable", error=error.message)
        return None
