"""The token that signs requests to T-Bank and its notifications: https://developer.tbank.ru/eacq/intro/developer/token.

SHA-256 over the values of the root's parameters and the password, ordered by name. Nested objects take no part.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

TOKEN = "Token"  # noqa: S105  # a name


def token_of(parameters: Mapping[str, Any], password: str) -> str:
    """The token of a request or notification, in lower-case hexadecimal."""
    signed = {
        name: _text(value)
        for name, value in parameters.items()
        if name != TOKEN and value is not None and not isinstance(value, dict | list)
    }
    signed["Password"] = password
    text = "".join(signed[name] for name in sorted(signed))
    return hashlib.sha256(text.encode()).hexdigest()


def is_signed(parameters: Mapping[str, Any], password: str) -> bool:
    """Whether the token is the right one, in a time that tells nothing of it."""
    token = parameters.get(TOKEN)
    given = token.lower() if isinstance(token, str) else ""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token_of(parameters, password).encode())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
