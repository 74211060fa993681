"""Bodies exactly as the document of `leads` shows them."""

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]

REGISTRATION: Body = {
    "email": "manager@construction.kz",
    "password": "securepass123",
    "company_name": "СтройКомпания Алматы",
}
COMPANY: Body = {
    "id": 1,
    "email": "manager@construction.kz",
    "company_name": "СтройКомпания Алматы",
    "is_active": True,
    "created_at": "2026-01-28T15:30:00",
}
LOGIN: Body = {"username": "manager@construction.kz", "password": "securepass123"}
TOKEN: Body = {
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."  # the document's own
    "eyJzdWIiOiJtYW5hZ2VyQGNvbnN0cnVjdGlvbi5reiIsImV4cCI6MTczMzQ5MjQwMH0.xyz...",
    "token_type": "bearer",
}
CHAT: Body = {"user_id": "client_telegram_12345", "text": "Хочу построить дом в Алматы"}
CHAT_ANSWER: Body = {
    "status": "success",
    "user_id": "client_telegram_12345",
    "response": "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время.",
    "function_called": "register_lead",
}
LEAD: Body = {
    "id": 1,
    "owner_id": 1,
    "bot_user_id": 1,
    "name": "Канат",
    "phone": "87768776637",
    "city": "Алматы",
    "object_type": "дом",
    "area": "150 м²",
    "summary": "Строительство дома с нуля, есть участок",
    "language": "ru",
    "status": "new",
    "created_at": "2026-01-28T16:00:00",
}
LEADS: Body = {
    "leads": [
        LEAD,
        {
            "id": 2,
            "owner_id": 1,
            "bot_user_id": 2,
            "name": "Айгуль",
            "phone": "87051234567",
            "city": "Астана",
            "object_type": "квартира",
            "area": "80 м²",
            "summary": "Ремонт квартиры под ключ",
            "language": "kk",
            "status": "in_progress",
            "created_at": "2026-01-28T17:30:00",
        },
    ],
    "total": 2,
}
ERRORS: Mapping[int, Body] = {
    400: {"detail": "Email already registered"},
    401: {"detail": "Incorrect email or password"},
}
