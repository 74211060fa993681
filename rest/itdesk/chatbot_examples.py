"""Bodies of the chatbot exactly as the document of `itdesk` shows them, a value for each placeholder."""

from typing import Any

Body = dict[str, Any]
_MOMENT = "2023-01-01T00:00:00Z"
_QUESTION = "How do I reset my password?"

MESSAGE: Body = {"message": _QUESTION, "session_id": "string"}
REPLY: Body = {
    "response": "string",
    "session_id": "string",
    "confidence_score": 0.85,
    "was_escalated": False,
    "ticket_id": None,
}
NEW_FAQ: Body = {"question": "string", "answer": "string", "category": "string", "tags": ["string"]}
CREATED_FAQ: Body = {"id": 1, **NEW_FAQ, "is_active": True, "created_at": _MOMENT}
FAQ: Body = {
    "id": 1,
    "question": _QUESTION,
    "answer": "You can reset your password by clicking 'Forgot Password' on the login page.",
    "category": "Authentication",
    "tags": ["password", "reset", "login"],
    "is_active": True,
    "created_at": _MOMENT,
}
ANALYTICS: Body = {
    "total_queries": 150,
    "escalated_queries": 25,
    "escalation_rate": 16.67,
    "avg_confidence_score": 0.82,
    "common_queries": [{"query": _QUESTION, "count": 15}],
}
LOG: Body = {
    "id": 1,
    "user_id": 1,
    "session_id": "string",
    "user_query": _QUESTION,
    "bot_response": "You can reset your password by...",
    "confidence_score": 0.85,
    "was_escalated": False,
    "ticket_id": None,
    "response_time_ms": 1200,
    "created_at": _MOMENT,
}
