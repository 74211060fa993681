"""The client's address, through trusted proxies and no others."""

from typing import Any

import pytest

from services.client_ip import client_ip

TRUSTED = "10.0.0.0/8,2001:db8::/32,192.0.2.7"


def _scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"host", b"opora"), *((b"X-Forwarded-For", value.encode()) for value in forwarded)]
    return {"client": (peer, 1234) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 10.1.1.1, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1", "10.2.2.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.9.9.9, 10.2.2.2"], "10.9.9.9"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db9::1]:4711"], "2001:db9::1"),
        ("2001:db8::1", ["2001:db9::1"], "2001:db9::1"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense, 10.2.2.2"], "10.2.2.2"),
        ("10.0.0.1", [",, ,"], "10.0.0.1"),
        ("10.0.0.1", ["ё"], "10.0.0.1"),
        (None, ["198.51.100.1"], "unknown"),
        ("testclient", ["198.51.100.1"], "unknown"),
    ],
)
def test_the_first_address_that_is_not_ours_from_the_right(
    override: Any, peer: str | None, forwarded: list[str], client: str
) -> None:
    with override(OPORA_TRUSTED_PROXIES=TRUSTED) as settings:
        assert client_ip(_scope(peer, *forwarded), settings) == client


def test_by_default_no_header_is_believed(override: Any) -> None:
    with override() as settings:
        assert client_ip(_scope("10.0.0.1", "198.51.100.1"), settings) == "10.0.0.1"
