"""Bodies of the support system, as the document of `replyx` shows them."""

from typing import Any

Body = dict[str, Any]

NEW_TICKET: Body = {
    "subject": "Проблема с платежами",
    "message": "Не могу пополнить баланс через карту",
    "priority": "medium",
    "category": "billing",
    "user_email": "user@example.com",
    "attachments": ["screenshot.png"],
}
CREATED: Body = {
    "ticket_id": "TICKET-2025-001234",
    "status": "created",
    "priority": "medium",
    "estimated_response_time": "2-4 часа",
    "created_at": "2025-09-11T10:00:00Z",
}
TICKETS: Body = {
    "tickets": [
        {
            **NEW_TICKET,
            "ticket_id": "TICKET-2025-001234",
            "status": "open",
            "estimated_response_time": "2-4 часа",
            "created_at": "2025-09-11T10:00:00Z",
            "updated_at": "2025-09-11T10:00:00Z",
        }
    ],
    "total": 1,
    "has_more": False,
}
REPLY: Body = {"message": "Дополнительная информация по проблеме", "attachments": ["details.txt"]}
REPLIED: Body = {
    "success": True,
    "ticket_id": "TICKET-2025-001234",
    "message_id": 17,
    "created_at": "2025-09-11T10:05:00Z",
}
