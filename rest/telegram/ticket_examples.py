"""Bodies of tickets, messages and statistics as the document of `telegram` shows them; ids and gaps are filled in."""

from typing import Any

Body = dict[str, Any]

_TICKET = "3f2f2f0e-6a0f-4f57-9a1e-0d9a5a5d1b01"
_CATEGORY = "7c1d9c53-1f8e-4d9a-8f43-6b6f3f1a2b02"
_USER = "9b0c8f6a-2f55-4a0a-9c3e-1d2e3f4a5b03"
_HELPER = "c4d5e6f7-0a1b-4c2d-8e3f-4a5b6c7d8e04"
_MESSAGE = "e1f2a3b4-5c6d-4e7f-8a9b-0c1d2e3f4a05"
_FILE = "5f0c4d1e-8a8e-4f0b-9a53-0a4f3f2b6c11"
_CATEGORY_BODY: Body = {"id": _CATEGORY, "name": "Оплата и подписка", "icon": "💳", "color": "#ff6b6b"}
_CUSTOMER: Body = {
    "id": _USER, "telegram_id": 123456789, "first_name": "John", "username": "john_doe", "role": "USER",
}  # fmt: skip

TICKET: Body = {
    "id": _TICKET,
    "title": "Проблема с оплатой",
    "description": "Подробное описание проблемы...",
    "status": "OPEN",
    "priority": "HIGH",
    "category": _CATEGORY_BODY,
    "user": _CUSTOMER,
    "assigned_to": {"id": _HELPER, "first_name": "Support", "role": "HELPER"},
    "created_at": "2024-01-01T10:00:00Z",
    "updated_at": "2024-01-01T12:00:00Z",
    "closed_at": None,
    "messages_count": 3,
    "last_message_at": "2024-01-01T11:00:00Z",
}
TICKET_PAGE: Body = {
    "items": [
        {
            **TICKET,
            "description": "Не могу оплатить подписку",
            "assigned_to": None,
            "updated_at": "2024-01-01T10:00:00Z",
        }
    ],
    "total": 50,
    "page": 1,
    "size": 20,
    "pages": 3,
}
NEW_TICKET: Body = {
    "title": "Проблема с оплатой",
    "description": "Подробное описание проблемы...",
    "category_id": _CATEGORY,
    "priority": "HIGH",
}
CREATED_TICKET: Body = {
    "id": _TICKET,
    "title": "Проблема с оплатой",
    "description": "Подробное описание проблемы...",
    "status": "OPEN",
    "priority": "HIGH",
    "category_id": _CATEGORY,
    "user_id": _USER,
    "created_at": "2024-01-01T10:00:00Z",
}
TICKET_CHANGES: Body = {
    "title": "Обновленный заголовок",
    "status": "IN_PROGRESS",
    "priority": "NORMAL",
    "assigned_to": _HELPER,
}
_ATTACHMENT: Body = {
    "id": _FILE,
    "filename": "screenshot.png",
    "size": 156789,
    "content_type": "image/png",
    "url": f"/uploads/files/{_FILE}/screenshot.png?tenant=1&expires=1704104100&signature=…",
}
MESSAGE_PAGE: Body = {
    "items": [
        {
            "id": _MESSAGE,
            "content": "Здравствуйте! У меня проблема с оплатой...",
            "user": {"id": _USER, "first_name": "John", "role": "USER"},
            "attachments": [_ATTACHMENT],
            "is_internal": False,
            "created_at": "2024-01-01T10:00:00Z",
        }
    ],
    "total": 5,
    "page": 1,
    "size": 50,
}
NEW_MESSAGE: Body = {"content": "Текст сообщения", "is_internal": False, "attachments": [_FILE]}
CREATED_MESSAGE: Body = {
    "id": _MESSAGE,
    "content": "Текст сообщения",
    "user_id": _USER,
    "ticket_id": _TICKET,
    "is_internal": False,
    "attachments": [_ATTACHMENT],
    "created_at": "2024-01-01T10:30:00Z",
}
DASHBOARD: Body = {
    "tickets": {
        "total": 150, "open": 25, "in_progress": 15, "waiting_response": 0, "resolved": 8, "closed": 102,
    },
    "response_time": {"average_hours": 4.5, "median_hours": 2.1},
    "categories": [{"id": _CATEGORY, "name": "Оплата и подписка", "count": 45, "percentage": 30}],
    "helpers": [
        {
            "user": {"id": _HELPER, "first_name": "Support Agent", "role": "HELPER"},
            "tickets_handled": 25,
            "avg_response_time": 3.2,
        }
    ],
}  # fmt: skip
TICKET_STATISTICS: Body = {
    "from_date": "2024-01-01T00:00:00Z",
    "to_date": "2024-02-01T00:00:00Z",
    "total": 150,
    "created": 150,
    "resolved": 110,
    "by_status": {"OPEN": 25, "IN_PROGRESS": 15, "WAITING_RESPONSE": 0, "RESOLVED": 8, "CLOSED": 102},
    "by_priority": {"LOW": 20, "NORMAL": 90, "HIGH": 30, "CRITICAL": 10},
    "by_category": DASHBOARD["categories"],
    "by_day": [{"date": "2024-01-01", "created": 5, "resolved": 3}],
    "response_time": {"average_hours": 4.5, "median_hours": 2.1},
    "resolution_time": {"average_hours": 20.5, "median_hours": 12.0},
    "helpers": DASHBOARD["helpers"],
}
