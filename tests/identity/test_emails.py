"""E-mail addresses: by form alone."""

import pytest

from core.emails import checked_email
from core.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("user@example.com", "user@example.com"),
        ("User.Name+tag@EXAMPLE.Com", "User.Name+tag@example.com"),
        ("Admin@example.com", "Admin@example.com"),
        (" user@example.com ", "user@example.com"),
        ("a@localhost", "a@localhost"),
        ("a@test", "a@test"),
        ("a@mail.invalid", "a@mail.invalid"),
        ("a@shop.example", "a@shop.example"),
        ("a@printer.local", "a@printer.local"),
        ("пользователь@пример.рф", "пользователь@пример.рф"),
        ("a@xn--e1afmkfd.xn--p1ai", "a@пример.рф"),
    ],
)
def test_addresses_keep_their_name_and_get_a_normal_domain(given: str, stored: str) -> None:
    assert checked_email(given) == stored


@pytest.mark.parametrize(
    "address",
    [
        "",
        "user",
        "@example.com",
        "user@",
        "a b@example.com",
        "nul\x00@example.com",
        "user@example.com\nBcc: all@example.com",
        "user@exa\r\nmple.com",
        "Ann <user@example.com>",
        '"quoted one"@example.com',
        "user@[127.0.0.1]",
        "half\ud800@example.com",
        "user@half\ud800.com",
        "user@-x-.com",
        "x" * 65 + "@example.com",
        "x@" + "y" * 250 + ".com",
        "a@b@example.com",
    ],
)
def test_what_is_no_address_is_refused_by_field(address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_email(address, field="username")
    assert refused.value.field == "username"
