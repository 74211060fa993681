"""Bodies of identity exactly as the document of `itdesk` shows them, a value for each placeholder."""

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]
_MOMENT = "2023-01-01T00:00:00Z"

REGISTRATION: Body = {
    "username": "string",
    "email": "user@example.com",
    "password": "string-of-8-or-more",
    "full_name": "string",
    "role": "customer",
}
USER: Body = {
    "id": 1,
    "username": "string",
    "email": "user@example.com",
    "full_name": "string",
    "role": "customer",
    "is_active": True,
    "created_at": _MOMENT,
}
LOGIN: Body = {"username": "string", "password": "string"}
TOKEN: Body = {"access_token": "string", "token_type": "bearer"}
ERRORS: Mapping[int, Body] = {
    400: {"detail": "Validation error message"},
    401: {"detail": "Could not validate credentials"},
    403: {"detail": "Not enough permissions"},
    404: {"detail": "Resource not found"},
    500: {"detail": "Internal server error"},
}
