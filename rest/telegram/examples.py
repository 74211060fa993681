"""Bodies of identity and people exactly as the document of `telegram` shows them, with the fields that we add."""

from typing import Any

Body = dict[str, Any]
_ID = "6f1e3c1a-52f4-4a6c-9d0c-0f6f4a1f7c11"
_MOMENT = "2024-01-01T10:00:00Z"
_LATER = "2024-01-01T12:00:00Z"
_TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9..."  # noqa: S105  # the document's own ellipsis
_WHO: Body = {"id": _ID, "telegram_id": 123456789, "username": "john_doe", "first_name": "John"}

VALIDATION_ERROR: Body = {
    "error": {
        "code": "VALIDATION_ERROR",
        "message": "Некорректные данные",
        "details": [{"field": "title", "message": "Заголовок обязателен"}],
    }
}
SIGN_IN: Body = {"initData": "string", "hash": "string"}
SIGNED_IN: Body = {
    "access_token": _TOKEN,
    "token_type": "bearer",
    "expires_in": 604800,
    "user": {**_WHO, "role": "USER", "created_at": _MOMENT},
}
USER: Body = {
    **_WHO,
    "last_name": "Doe",
    "role": "USER",
    "is_active": True,
    "created_at": _MOMENT,
    "updated_at": _LATER,
}
PROFILE: Body = {"first_name": "John", "last_name": "Doe", "username": "john_doe"}
USER_PAGE: Body = {
    "items": [
        {
            **_WHO,
            "role": "USER",
            "is_active": True,
            "created_at": _MOMENT,
            "tickets_count": 5,
            "last_activity": "2024-01-01T15:00:00Z",
        }
    ],
    "total": 100,
    "page": 1,
    "size": 20,
    "pages": 5,
}
ROLE_CHANGE: Body = {"role": "HELPER"}
HELPER: Body = {**USER, "role": "HELPER"}
STATUS_CHANGE: Body = {"is_active": False}
BLOCKED_USER: Body = {**USER, "is_active": False}
