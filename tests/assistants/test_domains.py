"""Which sites may use an assistant, as they are written and kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domains import MAX_DOMAINS, checked_domain, checked_domains
from core.errors import InvalidInput
from services.guests import is_allowed


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("*.Example.com", "*.example.com"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("*.Қазақстан.қаз", "*.xn--80aaa0a6awh12ed.xn--80ao21a"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_domain_is_kept_as_browsers_write_it(given: str, kept: str) -> None:
    assert checked_domain(given, "domain") == kept


@pytest.mark.parametrize(
    "domain",
    [
        "", "*", "*.", "com", "*.com", "*.localhost", "https://example.com", "example.com/chat", "example.com:8000",
        "localhost:3000", "a b.com", "-a.com", "a-.com", "a..com", "*.*.com", "exa*mple.com", "user@example.com",
        "999.1.1.1", "*.1.1.1.1", "[::1]", "a_b.com", "x" * 64 + ".com", "a." * 150 + "com",
        "example.com\x00", "\ud800.com",
    ],
)  # fmt: skip
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_domains(["example.com", domain])
    assert refused.value.field == "allowed_domains.1"


def test_there_are_at_most_so_many_and_none_twice() -> None:
    assert checked_domains(["b.com", "a.com", "B.com"]) == ["b.com", "a.com"]
    with pytest.raises(InvalidInput):
        checked_domains([f"a{number}.com" for number in range(MAX_DOMAINS + 1)])


@given(st.text(max_size=40))
def test_whatever_is_kept_stays_as_it_is_and_is_a_host(text: str) -> None:
    try:
        kept = checked_domain(text, "domain")
    except InvalidInput:
        return
    assert checked_domain(kept, "domain") == kept
    assert kept.isascii()
    assert not set(kept) & set("/:@ ?#")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example.com", True),
        ("https://example.com", False),
        ("http://localhost:3000", True),
        ("https://xn--e1afmkfd.xn--p1ai", True),
        ("https://evil.com", False),
    ],
)
def test_an_origin_is_held_to_what_was_kept(origin: str, allowed: bool) -> None:
    domains = checked_domains(["*.example.com", "localhost", "пример.рф"])
    assert is_allowed(origin, domains) is allowed
