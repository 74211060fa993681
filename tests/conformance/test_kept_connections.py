"""Connections that clients and proxies keep open between requests."""

from app.serve import configuration
from config.settings import get_settings

LONGEST_OF_PROXIES_S = 60
"""nginx's `keepalive_timeout` of upstreams, and the idle timeout of the usual cloud balancers."""


def test_the_server_keeps_them_longer_than_whoever_sends_next() -> None:
    assert configuration(get_settings()).timeout_keep_alive > LONGEST_OF_PROXIES_S
