"""Bodies exactly as the document of `replyx` shows them."""

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]

REGISTRATION: Body = {
    "email": "user@example.com",
    "password": "password123",
    "first_name": "John",
    "last_name": "Doe",
}
USER: Body = {
    "id": 1,
    "email": "user@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "is_admin": False,
    "balance": 1000.0,
    "welcome_bonus": 500.0,
    "plan": "trial",
    "onboarding_completed": True,
    "created_at": "2025-08-01T10:00:00Z",
}
LOGIN: Body = {"email": "user@example.com", "password": "password123"}
TOKEN: Body = {
    "access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",  # the document's own
    "token_type": "bearer",
    "user": {"id": 1, "email": "user@example.com", "is_admin": False, "balance": 1000.0},
}
PROFILE_CHANGES: Body = {"first_name": "John", "last_name": "Smith"}
PASSWORD_CHANGE: Body = {"current_password": "old_password", "new_password": "new_password123"}
ERRORS: Mapping[int, Body] = {
    422: {
        "error": {
            "code": "VALIDATION_ERROR",
            "message": "Некорректные данные",
            "details": {"field": "email", "issue": "Неверный формат email"},
        }
    },
}
