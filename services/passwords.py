"""Passwords: bcrypt in threads of its own, never on the event loop.

The salt is a keyed hash of the account's e-mail. So one computation compares a password with every account of that
e-mail, in however many tenants, and a login costs the same for one that nobody has. Without the key the salt cannot be
told before the database is stolen; after that it is as good as a random one, being shared by one person's accounts.
"""

import asyncio
import base64
import hmac
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import bcrypt

from config.keys import keys_for
from config.settings import get_settings
from core.errors import InvalidInput, WeakPassword
from core.refusals.sign_in import TooManySignIns
from core.text import is_storable
from services.tokens import Dialect

MINIMUM = 8
_MOST_BYTES = 72
_SALT_CHARS = len("$2b$12$") + 22
_TO_BCRYPT = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
)
_COMMON = Path(__file__).parent / "data" / "common_passwords.txt"
# bcrypt lets go of the interpreter lock; more threads than cores would only let logins slow each other down.
_threads = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1), thread_name_prefix="bcrypt")
# A fourth of a second each: those who came after these would wait for longer than clients do.
_room = asyncio.Semaphore(100)


def check_strength(password: str, dialect: str = Dialect.SUPPORT, *, field: str = "password") -> None:
    """The rules of the dialect that asks; with `OPORA_PASSWORD_RULES=strict` those of GraphQL for all. Raises
    WeakPassword.

    GraphQL's are OWASP ASVS 5.0, 6.2: a length, nothing that is well known, and any characters. `support` documents
    that it wants a letter and a digit; the others' documents print passwords that are well known, and take them.
    """
    strict = get_settings().identity.password_rules == "strict"  # noqa: S105  # the name of a rule
    if dialect not in (Dialect.GRAPHQL, Dialect.SUPPORT) and not strict:
        return
    if len(password) < MINIMUM:
        raise WeakPassword(f"Password must be at least {MINIMUM} characters long", field=field)
    if dialect == Dialect.SUPPORT and not strict and not _is_mixed(password):
        raise WeakPassword("Password must contain at least one letter and one digit", field=field)
    if password.casefold() in _well_known():
        raise WeakPassword("Password is too common", field=field)


async def hash_password(
    password: str, *, account: str | None = None, minimum: int = MINIMUM, field: str = "password"
) -> str:
    """The bcrypt hash of ``account``'s password (None: with a random salt).

    Raises InvalidInput below ``minimum`` characters, above 72 bytes (bcrypt would cut them off) and for a NUL, and
    TooManySignIns.
    """
    if len(password) < minimum:
        raise InvalidInput(f"{field} must be at least {minimum} characters long", field=field)
    if not is_storable(password):
        raise InvalidInput(f"{field} holds a character that is not allowed", field=field)
    if len(password.encode()) > _MOST_BYTES:
        raise InvalidInput(f"{field} must be at most {_MOST_BYTES} bytes long", field=field)
    return (await _compute(password.encode(), _salt(account))).decode()


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the hash's; takes as long where there is no hash. Raises TooManySignIns."""
    return bool(await matching(password, [password_hash] if password_hash else []))


async def matching(password: str, hashes: Iterable[str], *, account: str | None = None) -> frozenset[str]:
    """Those of ``hashes`` that the password has. One computation for each salt among them, and one for none.

    Raises TooManySignIns.
    """
    known = set(hashes)
    salts = {known_hash[:_SALT_CHARS].encode() for known_hash in known} or {_salt(account)}
    given = password.encode("utf-8", "surrogatepass")
    computed = await asyncio.gather(*(_compute(given[:_MOST_BYTES], salt) for salt in salts))
    if len(given) > _MOST_BYTES or not is_storable(password):
        return frozenset()
    return frozenset(a for a in known for b in computed if hmac.compare_digest(a.encode(), b))


def is_outdated(password_hash: str, account: str) -> bool:
    """Whether the hash was made with another key or another cost than today's."""
    return password_hash[:_SALT_CHARS].encode() != _salt(account)


async def _compute(password: bytes, salt: bytes) -> bytes:
    if _room.locked():
        raise TooManySignIns
    async with _room:
        return await asyncio.get_running_loop().run_in_executor(_threads, bcrypt.hashpw, password, salt)


def _salt(account: str | None) -> bytes:
    rounds = get_settings().identity.bcrypt_rounds
    if account is None:
        return bcrypt.gensalt(rounds)
    key = keys_for("password-salts")[0]
    digest = hmac.digest(key.secret, account.lower().encode("utf-8", "surrogatepass"), "sha256")
    # Of the 22 characters bcrypt reads 128 bits: it drops the last four, and writes them as zero in what it returns.
    return b"$2b$%02d$%s" % (rounds, base64.b64encode(digest[:16])[:22].translate(_TO_BCRYPT))


def _is_mixed(password: str) -> bool:
    return any(map(str.isalpha, password)) and any(map(str.isdigit, password))


@cache
def _well_known() -> frozenset[str]:
    """Those of Royce Williams' list of leaked ones (as Django has it) that are long enough, and more in ru and kk."""
    return frozenset(_COMMON.read_text(encoding="utf-8").split())
