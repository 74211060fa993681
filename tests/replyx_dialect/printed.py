"""Bodies copied from the document of `replyx`, in its order: what is asked, and what answers look like."""

from typing import Any

USER = {"id": 1, "email": "user@example.com", "is_admin": False, "balance": 1000.0}
PROFILE = {
    **USER, "first_name": "John", "last_name": "Doe", "welcome_bonus": 500.0, "plan": "trial",
    "onboarding_completed": True, "created_at": "2025-08-01T10:00:00Z",
}  # fmt: skip
LOGGED_IN = {"access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...", "token_type": "bearer", "user": USER}
NEW_PROFILE = {"first_name": "John", "last_name": "Smith"}

NEW_ASSISTANT = {
    "name": "Мой ассистент", "description": "Описание ассистента", "system_prompt": "Системный промпт для AI",
    "ai_model": "gpt-3.5-turbo", "telegram_bot_token": "1234567890:ABC...", "website_integration": True,
    "allowed_domains": ["example.com", "test.com"],
}  # fmt: skip
ASSISTANT = {
    "id": 1, "name": "Техподдержка", "description": "Помощник по техническим вопросам",
    "system_prompt": "Ты техподдержка компании...", "ai_model": "gpt-3.5-turbo", "is_active": True,
    "telegram_bot_token": "1234567890:ABC...", "telegram_bot_username": "my_support_bot", "website_integration": True,
    "allowed_domains": ["example.com"], "created_at": "2025-08-01T10:00:00Z",
}  # fmt: skip
CHANGED_ASSISTANT = {"name": "Обновленное имя", "system_prompt": "Новый промпт", "is_active": False}
EXAMPLE_ASSISTANT = {
    "name": "Мой бот", "system_prompt": "Ты дружелюбный помощник", "telegram_bot_token": "123456:ABC...",
}  # fmt: skip

_CUSTOMER = {
    "id": 1, "assistant_id": 1, "platform": "telegram", "telegram_chat_id": "123456789", "telegram_username": "user123",
    "first_name": "John", "last_name": "Doe", "status": "active", "handoff_status": "none", "is_taken_over": False,
    "created_at": "2025-09-01T10:00:00Z",
}  # fmt: skip
DIALOGS = {
    "dialogs": [{**_CUSTOMER, "last_message": "Привет!", "last_message_time": "2025-09-01T12:00:00Z"}],
    "total": 25, "has_more": False,
}  # fmt: skip
DIALOG = {
    **_CUSTOMER, "assistant_name": "Техподдержка", "handoff_reason": None, "handoff_requested_at": None,
    "taken_over_by": None,
}  # fmt: skip
MESSAGE = {"id": 1, "sender": "user", "text": "Привет!", "created_at": "2025-09-01T10:00:00Z"}
OPERATORS_MESSAGE = {**MESSAGE, "sender": "operator", "operator_name": "Анна"}
NEW_MESSAGE = {"text": "Сообщение от оператора", "operator_name": "Анна"}

HANDOFF_REQUEST = {
    "reason": "keyword", "request_id": "uuid-v4-string", "last_user_text": "Хочу поговорить с человеком",
}  # fmt: skip
HANDOFF_REQUESTED = {
    "status": "requested", "dialog_id": 123, "reason": "keyword", "queue_position": 2,
    "estimated_wait_time": "5-10 минут", "request_id": "uuid-v4-string", "created_at": "2025-09-11T10:00:00Z",
}  # fmt: skip
TAKEOVER = {"operator_comment": "Принимаю диалог в работу"}
TAKEN = {
    "status": "active", "dialog_id": 123, "taken_at": "2025-09-11T10:05:00Z",
    "operator": {"id": 5, "name": "Анна Смирнова", "email": "anna@company.com"},
}  # fmt: skip
RELEASE = {"resolution": "completed", "operator_comment": "Вопрос решен", "return_to_ai": True}
CANCEL = {"cancel_reason": "user_left", "comment": "Пользователь покинул чат"}
QUEUE = {
    "queue": [
        {
            "dialog_id": 123, "user_info": {"name": "Иван Петров", "platform": "telegram"}, "reason": "keyword",
            "wait_time": "00:05:30", "priority": "normal", "last_message": "Нужна помощь оператора",
            "created_at": "2025-09-11T10:00:00Z",
        }
    ],
    "total_in_queue": 5, "estimated_wait_time": "10-15 минут",
}  # fmt: skip
HEARTBEAT = {"status": "available", "current_load": 3, "max_capacity": 5}

DOCUMENT = {
    "id": 1, "filename": "document.pdf", "size": 1024000, "status": "completed", "chunks_count": 25, "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}  # fmt: skip
UPLOADED = {
    "id": 1, "filename": "document.pdf", "size": 1024000, "content_type": "application/pdf", "status": "processing",
    "assistant_id": 1, "created_at": "2025-09-01T10:00:00Z",
}  # fmt: skip
NEW_QA = {
    "question": "Как настроить бота?", "answer": "Для настройки бота перейдите в раздел...",
    "tags": ["настройка", "бот"],
}  # fmt: skip

NEW_PAYMENT = {
    "amount": 1000.00, "description": "Пополнение баланса", "return_url": "https://example.com/success",
    "fail_url": "https://example.com/failed", "customer_email": "user@example.com",
}  # fmt: skip
PAYMENT = {
    "payment_id": "2024091123", "payment_url": "https://securepay.tinkoff.ru/new/...", "amount": 1000.00,
    "status": "NEW", "terminal_key": "TestDemo", "created_at": "2025-09-11T10:00:00Z",
}  # fmt: skip
PAYMENT_STATUS = {
    "payment_id": "2024091123", "status": "CONFIRMED", "amount": 1000.00, "success": True, "error_code": None,
    "details": {"pan": "430000******0777", "exp_date": "1122", "card_id": "12345"},
    "confirmed_at": "2025-09-11T10:05:00Z",
}  # fmt: skip
HISTORY = {
    "payments": [
        {
            "payment_id": "2024091123", "amount": 1000.00, "status": "CONFIRMED", "description": "Пополнение баланса",
            "created_at": "2025-09-11T10:00:00Z", "confirmed_at": "2025-09-11T10:05:00Z",
        }
    ],
    "total": 15, "has_more": False,
}  # fmt: skip
BALANCE = {
    "balance": 1000.0, "welcome_bonus": 500.0, "total_spent": 250.0, "pending_transactions": 0, "currency": "RUB",
}  # fmt: skip
TRANSACTIONS = {
    "transactions": [
        {
            "id": 2, "type": "credit", "amount": 1000.0, "description": "Пополнение баланса",
            "created_at": "2025-09-01T09:00:00Z",
        }
    ],
    "total": 15,
}  # fmt: skip
TOP_UP = {"amount": 1000.0, "payment_method": "card", "return_url": "https://example.com/success"}

TEST_SENT = {
    "success": True, "message": "Письмо успешно отправлено", "smtp_server": "smtp.yandex.ru",
    "sent_at": "2025-09-11T10:00:00Z",
}  # fmt: skip
CONTACT = {
    "name": "Иван Иванов", "email": "ivan@example.com", "subject": "Вопрос по тарифам",
    "message": "Подскажите про корпоративные тарифы", "phone": "+7-900-123-45-67",
}  # fmt: skip

STREAMS = {
    "total_connections": 45, "connections_by_type": {"admin": 12, "widget": 28, "site": 5},
    "average_duration": "00:15:30", "events_sent_today": 1250,
}  # fmt: skip
USERS = {
    "users": [
        {
            **USER, "first_name": "John", "last_name": "Doe", "total_spent": 250.0, "assistants_count": 3,
            "dialogs_count": 15, "created_at": "2025-08-01T10:00:00Z", "last_login_at": "2025-09-01T08:00:00Z",
        }
    ],
    "total": 150,
}  # fmt: skip
NEW_AI_TOKEN = {
    "name": "Backup GPT-3.5", "token": "sk-proj-...", "model_access": ["gpt-3.5-turbo"], "daily_limit": 500,
    "monthly_limit": 15000, "priority": 2, "notes": "Резервный токен",
}  # fmt: skip
AI_TOKEN = {
    "id": 1, "name": "Primary GPT-4", "token": "sk-...", "model_access": ["gpt-4", "gpt-3.5-turbo"],
    "daily_limit": 1000, "monthly_limit": 30000, "daily_usage": 145, "monthly_usage": 4250, "priority": 1,
    "is_active": True, "created_at": "2025-08-01T10:00:00Z",
}  # fmt: skip
SYSTEM = {
    "status": "healthy", "database": {"connected": True, "pool_size": 20, "active_connections": 5},
    "redis": {"connected": True, "memory_usage": "15.2MB"},
    "bot_manager": {"active_bots": 25, "total_processes": 8, "uptime": "5d 12h 30m"},
    "disk_usage": {"uploads": "2.1GB", "logs": "450MB", "available": "45.2GB"},
}  # fmt: skip
_POOL = {
    "pool_id": "openai-primary", "status": "healthy", "active_tokens": 8, "total_requests": 12450,
    "success_rate": 99.2, "avg_response_time": 850, "current_load": "medium",
}  # fmt: skip
PROXY = {
    "proxy_pools": [_POOL],
    "failover_stats": {
        "total_failovers": 23, "last_failover": "2025-09-11T09:45:00Z", "most_common_error": "rate_limit_exceeded",
    },
}  # fmt: skip
OVERVIEW = {
    "period": "week",
    "metrics": {
        "total_users": 1245, "new_users": 89, "active_dialogs": 456, "total_messages": 12567,
        "revenue": {
            "total": 89450.50,
            "by_service": {"widget_messages": 45220.30, "telegram_messages": 32150.20, "balance_top_ups": 12080.00},
        },
        "ai_usage": {"total_tokens": 2450000, "cost": 1225.50, "by_model": {}},
    },
}  # fmt: skip

NEW_TICKET = {
    "subject": "Проблема с платежами", "message": "Не могу пополнить баланс через карту", "priority": "medium",
    "category": "billing", "user_email": "user@example.com", "attachments": ["screenshot.png"],
}  # fmt: skip
TICKET = {
    "ticket_id": "TICKET-2025-001234", "status": "created", "priority": "medium",
    "estimated_response_time": "2-4 часа", "created_at": "2025-09-11T10:00:00Z",
}  # fmt: skip
REPLY = {"message": "Дополнительная информация по проблеме", "attachments": ["details.txt"]}
HEALTH = {
    "status": "healthy", "timestamp": "2025-09-11T10:00:00Z",
    "services": {
        "database": {"status": "healthy", "response_time": "15ms", "active_connections": 25, "pool_size": 50},
        "redis": {"status": "healthy", "memory_usage": "45.2MB", "connected_clients": 12},
        "ai_providers": {},
        "websocket_gateway": {
            "status": "healthy", "active_connections": 156, "total_connections": 1024, "uptime": "5d 12h 30m",
        },
    },
}  # fmt: skip
ANALYTICS_EVENT = {
    "event_type": "onboarding_step_completed", "user_id": 123, "session_id": "session_abc123",
    "properties": {"step": 2, "duration": 45, "source": "main_flow"},
}  # fmt: skip

NULLABLE = {
    "telegram_bot_token", "telegram_bot_username", "telegram_chat_id", "telegram_username", "last_message",
    "last_message_time", "confirmed_at", "last_failover", "most_common_error", "last_login_at", "pan", "exp_date",
    "card_id",
}  # fmt: skip
"""What is null until there is something to show."""


def unlike(printed: Any, answered: Any, path: str = "") -> list[str]:
    """Where an answer lacks a printed field, or has it with another JSON type. Fields beyond the document are fine."""
    if printed is None:
        return []
    if isinstance(printed, dict):
        if not isinstance(answered, dict):
            return [f"{path}: {answered!r}"]
        missing = [f"{path}.{name} is missing" for name in printed if name not in answered]
        shared = [name for name in printed if name in answered and not (answered[name] is None and name in NULLABLE)]
        return missing + [wrong for name in shared for wrong in unlike(printed[name], answered[name], f"{path}.{name}")]
    if isinstance(printed, list):
        if not isinstance(answered, list):
            return [f"{path}: {answered!r}"]
        return [wrong for item in answered for wrong in unlike(printed[0], item, f"{path}[]")]
    return [] if _alike(printed, answered) else [f"{path}: {answered!r}"]


def _alike(printed: Any, answered: Any) -> bool:
    if isinstance(printed, str) and printed.startswith("2025-"):
        return isinstance(answered, str) and len(answered) == len("2025-09-11T10:00:00Z") and answered.endswith("Z")
    if isinstance(printed, float):
        return isinstance(answered, int | float) and not isinstance(answered, bool)
    return type(answered) is type(printed)
