"""Bodies of handoffs and operators as the document shows them; of what it does not show, in the same manner."""

from typing import Any

Body = dict[str, Any]

REQUEST: Body = {
    "reason": "keyword",
    "request_id": "uuid-v4-string",
    "last_user_text": "Хочу поговорить с человеком",
}
REQUESTED: Body = {
    "status": "requested",
    "dialog_id": 123,
    "reason": "keyword",
    "queue_position": 2,
    "estimated_wait_time": "5-10 минут",
    "request_id": "uuid-v4-string",
    "created_at": "2025-09-11T10:00:00Z",
}
TAKEOVER: Body = {"operator_comment": "Принимаю диалог в работу"}
TAKE: Body = {"operator_name": "Анна", "operator_id": 5}
TAKEN: Body = {
    "status": "active",
    "dialog_id": 123,
    "operator": {"id": 5, "name": "Анна Смирнова", "email": "anna@company.com"},
    "taken_at": "2025-09-11T10:05:00Z",
}
RELEASE: Body = {"resolution": "completed", "operator_comment": "Вопрос решен", "return_to_ai": True}
RELEASED: Body = {
    "status": "released",
    "dialog_id": 123,
    "handoff_status": "released",
    "resolution": "completed",
    "return_to_ai": True,
    "released_at": "2025-09-11T10:15:00Z",
}
CANCEL: Body = {"cancel_reason": "user_left", "comment": "Пользователь покинул чат"}
CANCELLED: Body = {
    "status": "cancelled",
    "dialog_id": 123,
    "handoff_status": "none",
    "cancel_reason": "user_left",
    "cancelled_at": "2025-09-11T10:03:00Z",
}
QUEUE: Body = {
    "queue": [
        {
            "dialog_id": 123,
            "user_info": {"name": "Иван Петров", "platform": "telegram"},
            "reason": "keyword",
            "wait_time": "00:05:30",
            "priority": "normal",
            "last_message": "Нужна помощь оператора",
            "created_at": "2025-09-11T10:00:00Z",
        }
    ],
    "total_in_queue": 5,
    "estimated_wait_time": "10-15 минут",
}
HEARTBEAT: Body = {"status": "available", "current_load": 3, "max_capacity": 5}
PRESENT: Body = {**HEARTBEAT, "online": True, "last_heartbeat": "2025-09-11T10:00:00Z"}
CONTEXT: Body = {
    "dialog_id": 123,
    "status": "requested",
    "reason": "keyword",
    "priority": "normal",
    "language": "ru",
    "wait_time": "00:05:30",
    "summary": "Заказ 4512 не пришёл в срок",
    "customer_quotes": ["Заказ 4512 не пришёл в срок"],
    "sentiment": "negative",
    "ai_attempts": [
        {
            "question": "Где мой заказ?",
            "answer": "Заказы доставляются за 3 дня [1]",
            "confidence": 0.81,
            "citations": [{"source": "Доставка", "quote": "Доставка занимает 3 дня"}],
        }
    ],
    "previous_handoffs": 0,
}
