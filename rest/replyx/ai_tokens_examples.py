"""Bodies about AI tokens, as the document of `replyx` shows them."""

from typing import Any

Body = dict[str, Any]

TOKEN: Body = {
    "id": 1,
    "name": "Primary GPT-4",
    "token": "sk-...",
    "model_access": ["gpt-4", "gpt-3.5-turbo"],
    "daily_limit": 1000,
    "monthly_limit": 30000,
    "daily_usage": 145,
    "monthly_usage": 4250,
    "priority": 1,
    "is_active": True,
    "created_at": "2025-08-01T10:00:00Z",
    "base_url": None,
    "notes": "",
}
NEW_TOKEN: Body = {
    "name": "Backup GPT-3.5",
    "token": "sk-proj-...",
    "model_access": ["gpt-3.5-turbo"],
    "daily_limit": 500,
    "monthly_limit": 15000,
    "priority": 2,
    "notes": "Резервный токен",
}
TOKEN_CHANGES: Body = {"daily_limit": 800, "is_active": True}
TRIAL: Body = {"success": True, "model": "gpt-4", "answer": "ready", "duration_ms": 850}
ASSISTANT_TRIAL: Body = {
    "answer": "Доставка занимает два дня [1].",
    "model": "gpt-4o-mini",
    "needs_handoff": False,
    "sources": ["shop.md"],
}
MONITORING: Body = {
    "proxy_pools": [
        {
            "pool_id": "openai-primary",
            "status": "healthy",
            "active_tokens": 8,
            "total_requests": 12450,
            "success_rate": 99.2,
            "avg_response_time": 850,
            "current_load": "medium",
        }
    ],
    "failover_stats": {
        "total_failovers": 23,
        "last_failover": "2025-09-11T09:45:00Z",
        "most_common_error": "rate_limit_exceeded",
    },
}
DELETED: Body = {"success": True, "message": "AI токен удалён"}
