"""The official package with what it lacks: a timeout, and failures that say what failed.

Its classes build their own client, so ours are subclasses that bring another. Its configuration is global: one shop a
process.
"""

from functools import partial
from typing import Any

import yookassa
from yookassa.client import ApiClient
from yookassa.domain.exceptions import (
    ApiError,
    InternalServerError,
    NotFoundError,
    ResponseProcessingError,
    TooManyRequestsError,
)

NOT_FOUND = NotFoundError
REFUSED = ApiError
LATER = (InternalServerError, ResponseProcessingError, TooManyRequestsError)
"""Answers that say nothing of whether it happened: ask again with the same key."""
_timeout_s = [30.0]


class Unreachable(Exception):
    """No answer that can be read."""


class _TimedClient(ApiClient):  # type: ignore[misc]  # the package has no types
    def get_session(self) -> Any:
        session = super().get_session()
        session.trust_env = False
        session.request = partial(session.request, timeout=_timeout_s[0])
        return session

    def request(self, *args: Any, **options: Any) -> Any:
        """Raises Unreachable where the package stumbles over a failure that came without a response."""
        try:
            return super().request(*args, **options)
        except ApiError:
            raise
        except Exception as error:
            raise Unreachable(str(error.__context__ or error)) from error


class Payment(yookassa.Payment):  # type: ignore[misc]
    def __init__(self) -> None:
        self.client = _TimedClient()


class Refund(yookassa.Refund):  # type: ignore[misc]
    def __init__(self) -> None:
        self.client = _TimedClient()


def configure(*, shop_id: str, secret_key: str, api_url: str, timeout_s: float) -> None:
    """For the whole process."""
    # The package's own retries would sleep for seconds inside the thread.
    yookassa.Configuration.configure(shop_id, secret_key, api_url=api_url.rstrip("/"), max_attempts=0)
    _timeout_s[0] = timeout_s


def refunds_of(payment_id: str) -> list[Any]:
    """The refunds that the shop has of a payment: at most a hundred."""
    return list(Refund.list({"payment_id": payment_id, "limit": 100}).items or ())
