"""Bodies of administration and analytics, as the document of `replyx` shows them."""

from typing import Any

Body = dict[str, Any]

USERS: Body = {
    "users": [
        {
            "id": 1,
            "email": "user@example.com",
            "first_name": "John",
            "last_name": "Doe",
            "is_admin": False,
            "balance": 1000.0,
            "total_spent": 250.0,
            "assistants_count": 3,
            "dialogs_count": 15,
            "created_at": "2025-08-01T10:00:00Z",
            "last_login_at": "2025-09-01T08:00:00Z",
        }
    ],
    "total": 150,
}
OVERVIEW: Body = {
    "period": "week",
    "metrics": {
        "total_users": 1245,
        "new_users": 89,
        "active_dialogs": 456,
        "total_messages": 12567,
        "revenue": {
            "total": 89450.50,
            "by_service": {
                "widget_messages": 45220.30,
                "telegram_messages": 32150.20,
                "balance_top_ups": 12080.00,
            },
        },
        "ai_usage": {
            "total_tokens": 2450000,
            "cost": 1225.50,
            "by_model": {"gpt-4o-mini": 1800000, "gpt-4o": 450000, "yandexgpt": 200000},
        },
    },
    "from_date": "2025-09-04T10:00:00Z",
    "to_date": "2025-09-11T10:00:00Z",
}
EVENT: Body = {
    "event_type": "onboarding_step_completed",
    "user_id": 123,
    "session_id": "session_abc123",
    "properties": {"step": 2, "duration": 45, "source": "main_flow"},
}
EVENT_STORED: Body = {"success": True, "event_id": 1, "created_at": "2025-09-11T10:00:00Z"}
ADMIN_HEALTH: Body = {
    "status": "healthy",
    "database": {"connected": True, "pool_size": 20, "active_connections": 5},
    "redis": {"connected": True, "memory_usage": "15.2MB"},
    "bot_manager": {"active_bots": 25, "total_processes": 8, "uptime": "5d 12h 30m"},
    "disk_usage": {"uploads": "2.1GB", "logs": "450MB", "available": "45.2GB"},
}
HEALTH: Body = {
    "status": "healthy",
    "timestamp": "2025-09-11T10:00:00Z",
    "services": {
        "database": {"status": "healthy", "response_time": "15ms", "active_connections": 25, "pool_size": 50},
        "redis": {"status": "healthy", "memory_usage": "45.2MB", "connected_clients": 12},
        "ai_providers": {
            "openai": {"status": "healthy", "response_time": "850ms", "success_rate": "99.5%"},
            "yandexgpt": {"status": "degraded", "response_time": "2100ms", "success_rate": "95.2%"},
        },
        "websocket_gateway": {
            "status": "healthy",
            "active_connections": 156,
            "total_connections": 1024,
            "uptime": "5d 12h 30m",
        },
    },
}
