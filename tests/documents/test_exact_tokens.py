"""Codes, numbers and addresses meet in whatever way people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.exact_tokens import MAX_CHARS, MIN_CHARS, exact_tokens


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("E-1042", "e1042"),
        ("E-101", "Е-101"),
        ("E-101", "ошибка Е 101"),
        ("E-101", "E\u2011101"),
        ("err_500", "ERR_500"),
        ("ERR_TIMEOUT", "err err_timeout1 ERR_TIMEOUT"),
        ("0x80070005", "0X80070005"),
        ("TICKET-2025-001234", "ticket2025001234"),
        ("VM-204518", "заказ vm204518"),
        ("+7 (701) 555-01-01", "8 701 555 01 01"),
        ("8 800 000-01-01", "88000000101"),
        ("24 900 ₸", "24900"),
        ("24\u00a0900", "24900"),
        ("support@velmira.example.", "Support@Velmira.example"),
        ("версия 2.4.1", "2.4.1"),
        ("192.168.10.1", "http://192.168.10.1"),
        ("договор 12345678", "12345678"),
    ],
)
def test_what_is_written_is_found_as_it_is_asked(written: str, asked: str) -> None:
    assert set(exact_tokens(written)) & set(exact_tokens(asked))


@pytest.mark.parametrize(
    "text", ["Роутер перезагружается сам", "Dr. Smith e.g. Wi-Fi", "2 дня и 40 ч", "", "Қайда жазамын?", "a_b"]
)
def test_ordinary_words_and_small_numbers_are_no_exact_tokens(text: str) -> None:
    assert exact_tokens(text) == []


def test_different_codes_do_not_meet() -> None:
    assert not set(exact_tokens("E-101")) & set(exact_tokens("E-102 E-1010 F-101"))


@given(st.text(max_size=2000), st.integers(1, 20))
def test_tokens_are_distinct_bounded_and_casefolded(text: str, limit: int) -> None:
    found = exact_tokens(text, limit=limit)
    assert len(found) == len(set(found)) <= limit
    assert all(MIN_CHARS <= len(token) <= MAX_CHARS and token == token.casefold() for token in found)
