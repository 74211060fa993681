"""Tickets exactly as the document of `itdesk` shows them."""

from typing import Any

Body = dict[str, Any]
_MOMENT = "2023-01-01T00:00:00Z"

LISTED: Body = {
    "id": 1,
    "title": "Server down",
    "description": "Production server is not responding",
    "priority": "critical",
    "status": "open",
    "category": "system_down",
    "created_by": 1,
    "assigned_to": None,
    "auto_categorized": True,
    "confidence_score": 0.95,
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "resolved_at": None,
}
TICKET: Body = LISTED | {
    "title": "string",
    "description": "string",
    "priority": "medium",
    "category": "other",
    "confidence_score": 0.75,
}
UPDATED: Body = TICKET | {"status": "in_progress", "assigned_to": 2, "updated_at": "2023-01-01T01:00:00Z"}
NEW_TICKET: Body = {"title": "string", "description": "string", "priority": "medium", "category": "other"}
CHANGES: Body = NEW_TICKET | {"status": "in_progress", "assigned_to": 1}
DELETED: Body = {"message": "Ticket deleted successfully"}
SUMMARY: Body = {
    "status_counts": {"open": 5, "in_progress": 3, "resolved": 12, "closed": 8},
    "priority_counts": {"low": 8, "medium": 12, "high": 5, "critical": 3},
    "category_counts": {"system_down": 2, "performance_issue": 5, "password_reset": 8, "other": 13},
    "total_tickets": 28,
    "avg_resolution_time_hours": 4.5,
}
