"""Passwords: rules, and bcrypt off the event loop."""

import asyncio
import threading
from typing import Any

import bcrypt
import pytest

from config.settings import Settings
from core.errors import InvalidInput, WeakPassword
from core.refusals.sign_in import TooManySignIns
from services import passwords
from services.tokens import Dialect

pytestmark = pytest.mark.usefixtures("settings")


@pytest.mark.parametrize("password", ["securePassword123", "secure123", "newSecurePassword456", "пароль-От-почты1"])
def test_documented_and_ordinary_passwords_are_strong(password: str) -> None:
    passwords.check_strength(password)


@pytest.mark.parametrize(
    "password", ["Short1", "onlyletters", "1029384756", "password123", "PassWord123", "Qwerty123", "йцукен123", ""]
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        passwords.check_strength(password)
    assert (refused.value.status, refused.value.field) == (400, "password")


@pytest.mark.parametrize("password", ["correct horse battery", "10293847561029", "!!!!----????", "только буквы"])
def test_our_own_rules_ask_for_no_kinds_of_characters(password: str) -> None:
    passwords.check_strength(password, Dialect.GRAPHQL)


@pytest.mark.parametrize("dialect", Dialect)
def test_strict_rules_hold_on_every_path(dialect: Dialect, override: Any) -> None:
    with override(OPORA_PASSWORD_RULES="strict"):
        passwords.check_strength("correct horse battery", dialect)
        for weak in ("short", "password123", "Qwerty123"):
            with pytest.raises(WeakPassword):
                passwords.check_strength(weak, dialect)


def test_thousands_of_well_known_passwords_are_known() -> None:
    known = passwords._well_known()
    assert len(known) >= 3000
    assert all(len(password) >= passwords.MINIMUM for password in known)
    for password in sorted(known)[::200]:
        with pytest.raises(WeakPassword):
            passwords.check_strength(password.upper(), Dialect.GRAPHQL)


async def test_the_longest_password_has_72_bytes_and_nothing_is_cut() -> None:
    longest = "я" * 36
    hashed = await passwords.hash_password(longest)
    assert await passwords.verify_password(longest, hashed)
    assert not await passwords.verify_password(longest + "x", hashed)
    with pytest.raises(InvalidInput, match="72 bytes"):
        await passwords.hash_password(longest + "x")


@pytest.mark.parametrize("password", ["nul\x00inside1", "half-a-pair-\ud800-1"])
async def test_what_bcrypt_or_utf8_cannot_hold_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await passwords.hash_password(password, field="new_password")
    assert refused.value.field == "new_password"
    assert not await passwords.verify_password(password, await passwords.hash_password("nul-inside-1"))


async def test_the_minimum_is_the_dialects() -> None:
    assert await passwords.hash_password("seven77", minimum=6)
    with pytest.raises(InvalidInput):
        await passwords.hash_password("seven77")


async def test_hashes_are_plain_bcrypt_at_the_configured_cost(settings: Settings) -> None:
    hashed = await passwords.hash_password("correct-horse-7", account="Ann@example.com")
    assert hashed.startswith(f"$2b${settings.identity.bcrypt_rounds:02d}$")
    assert bcrypt.checkpw(b"correct-horse-7", hashed.encode())


async def test_accounts_of_one_email_share_a_salt_and_others_do_not() -> None:
    salts = {
        account: (await passwords.hash_password("correct-horse-7", account=account))[:29]
        for account in ("ann@example.com", "ANN@Example.com", "bob@example.com")
    }
    assert salts["ann@example.com"] == salts["ANN@Example.com"] != salts["bob@example.com"]
    assert await passwords.hash_password("correct-horse-7") != await passwords.hash_password("correct-horse-7")


async def test_only_the_hashes_of_the_password_match() -> None:
    mine = await passwords.hash_password("correct-horse-7", account="ann@example.com")
    older = await passwords.hash_password("correct-horse-7")
    other = await passwords.hash_password("battery-staple-8", account="ann@example.com")
    assert await passwords.matching("correct-horse-7", [mine, older, other], account="ann@example.com") == {mine, older}


async def test_a_missing_hash_costs_what_a_wrong_password_costs(computations: list[bytes]) -> None:
    hashed = await passwords.hash_password("correct-horse-7")
    computations.clear()
    assert not await passwords.verify_password("wrong-horse-7", hashed)
    wrong = len(computations)
    assert not await passwords.verify_password("wrong-horse-7", None)
    assert not await passwords.verify_password("x" * 100, None)
    assert (wrong, len(computations)) == (1, 3)
    assert {salt[:7] for salt in computations} == {b"$2b$04$"}


async def test_a_new_key_or_cost_makes_a_hash_outdated(override: object) -> None:
    hashed = await passwords.hash_password("correct-horse-7", account="ann@example.com")
    assert not passwords.is_outdated(hashed, "ann@example.com")
    with override(OPORA_BCRYPT_ROUNDS="5"):  # type: ignore[operator]  # a factory of context managers
        assert passwords.is_outdated(hashed, "ann@example.com")
        assert await passwords.verify_password("correct-horse-7", hashed)


async def test_bcrypt_never_runs_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def slow(password: bytes, salt: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return salt

    monkeypatch.setattr(bcrypt, "hashpw", slow)
    await asyncio.gather(*(passwords.verify_password("correct-horse-7", None) for _ in range(8)))
    assert len(threads) == 8
    assert all(name.startswith("bcrypt") for name in threads)


async def test_more_than_can_be_compared_soon_are_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch, computations: list[bytes]
) -> None:
    monkeypatch.setattr(passwords, "_room", asyncio.Semaphore(2))
    asked = [passwords.verify_password(f"secure{number}", None) for number in range(3)]
    assert list(map(repr, await asyncio.gather(*asked, return_exceptions=True))) == [
        "False",
        "False",
        repr(TooManySignIns()),
    ]
    assert (len(computations), TooManySignIns().retry_after) == (2, 5)
    assert await passwords.verify_password("later", None) is False
