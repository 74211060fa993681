"""No network while a database transaction is open: the rule, and where it is asserted.

A third party that hangs would otherwise hold row locks for as long. The unit of work enters
:func:`forbidden`; whatever opens a socket to a third party calls :func:`assert_allowed` first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_transaction_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


class NetworkInTransaction(AssertionError):
    """A programming error: a third party was called while a transaction was open."""


@contextmanager
def forbidden() -> Iterator[None]:
    token = _transaction_open.set(True)
    try:
        yield
    finally:
        _transaction_open.reset(token)


def assert_allowed(what: str) -> None:
    if _transaction_open.get():
        raise NetworkInTransaction(f"{what} was called inside a database transaction")
