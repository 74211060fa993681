"""Bodies of dialogs as the document shows them; of what it does not show, in the same manner."""

from typing import Any

Body = dict[str, Any]

_COMMON: Body = {
    "id": 1,
    "assistant_id": 1,
    "assistant_name": "Техподдержка",
    "platform": "telegram",
    "telegram_chat_id": "123456789",
    "telegram_username": "user123",
    "first_name": "John",
    "last_name": "Doe",
    "status": "active",
    "handoff_status": "none",
    "is_taken_over": False,
    "created_at": "2025-09-01T10:00:00Z",
}
_LISTED: Body = {**_COMMON, "last_message": "Привет!", "last_message_time": "2025-09-01T12:00:00Z"}
LIST: Body = {"dialogs": [_LISTED], "total": 25, "has_more": False}
DIALOG: Body = {**_COMMON, "handoff_reason": None, "handoff_requested_at": None, "taken_over_by": None}
ARCHIVED: Body = {**DIALOG, "status": "archived"}
OPENING: Body = {"assistant_id": 1, "first_name": "John", "last_name": "Doe"}
OPENED: Body = {
    **DIALOG,
    "platform": "website",
    "telegram_chat_id": None,
    "telegram_username": None,
    "guest_id": "0198c5a0b7d27c3f8a1e5d4c3b2a1908.mJ0v7yYk3mEo5dN1u2wq9cT4rXbL8sZf6hPgKaVtQiM",
    "guest_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",
    "site_token_expires_at": "2025-09-02T10:00:00Z",
}
OPERATOR_MESSAGE: Body = {
    "id": 3,
    "sender": "operator",
    "text": "Сообщение от оператора",
    "operator_name": "Анна",
    "created_at": "2025-09-01T10:05:00Z",
}
MESSAGE: Body = {"text": "Сообщение от оператора", "operator_name": "Анна"}
MESSAGES: Body = {
    "messages": [
        {"id": 1, "sender": "user", "text": "Привет!", "created_at": "2025-09-01T10:00:00Z"},
        {"id": 2, "sender": "assistant", "text": "Привет! Как дела?", "created_at": "2025-09-01T10:01:00Z"},
        {
            "id": 3,
            "sender": "operator",
            "text": "Оператор Анна подключилась к диалогу",
            "operator_name": "Анна",
            "created_at": "2025-09-01T10:05:00Z",
        },
    ]
}
