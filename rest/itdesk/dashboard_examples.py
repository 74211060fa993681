"""The dashboard exactly as the document of `itdesk` shows it."""

from typing import Any

Body = dict[str, Any]
_MOMENT = "2023-01-01T00:00:00Z"

HEALTH: Body = {
    "cpu_usage": 45.2,
    "memory_usage": 67.8,
    "disk_usage": 23.1,
    "uptime_hours": 72.5,
    "active_alerts": 2,
    "open_tickets": 5,
}
METRICS: Body = {
    "system_health": HEALTH,
    "cpu_history": [{"timestamp": _MOMENT, "value": 45.2}],
    "memory_history": [{"timestamp": _MOMENT, "value": 67.8}],
    "disk_history": [{"timestamp": _MOMENT, "value": 23.1}],
    "recent_alerts": [
        {
            "id": 1,
            "hostname": "server-01",
            "metric": "memory",
            "severity": "warning",
            "message": "Memory of server-01 is 91.3 % full (threshold 90 %)",
            "value": 91.3,
            "threshold": 90.0,
            "state": "opened",
            "created_at": _MOMENT,
            "resolved_at": None,
        }
    ],
    "recent_tickets": [],
}
LOG_LINE: Body = {
    "id": 1,
    "level": "INFO",
    "message": "System health check completed",
    "source": "health_monitor",
    "hostname": "server-01",
    "timestamp": _MOMENT,
    "metadata": "{}",
}
