"""Bodies exactly as the document of `support` shows them, with the fields that we add to its responses."""

from typing import Any

Body = dict[str, Any]
_MOMENT = "2024-01-15T10:30:00Z"
_TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9..."  # noqa: S105  # the document's own ellipsis

REGISTRATION: Body = {
    "email": "user@example.com",
    "password": "securePassword123",
    "full_name": "John Doe",
    "tenant_id": 1,
}
USER: Body = {
    "id": 1,
    "email": "user@example.com",
    "full_name": "John Doe",
    "tenant_id": 1,
    "role": "user",
    "is_active": True,
    "created_at": _MOMENT,
}
LOGIN_FORM: Body = {"username": "user@example.com", "password": "securePassword123"}
LOGIN: Body = {"email": "user@example.com", "password": "securePassword123", "tenant_id": 1}
TOKENS: Body = {"access_token": _TOKEN, "refresh_token": _TOKEN, "token_type": "bearer", "expires_in": 1800}
REFRESH: Body = {"refresh_token": _TOKEN}
PROFILE_CHANGES: Body = {"full_name": "John Smith"}
PASSWORD_CHANGE: Body = {"current_password": "oldPassword123", "new_password": "newSecurePassword456"}

TICKET: Body = {
    "id": 1,
    "tenant_id": 1,
    "title": "Cannot login to my account",
    "description": "I'm getting an error when...",
    "status": "open",
    "priority": "high",
    "source": "web",
    "assigned_to": None,
    "created_by_id": 5,
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "escalation_reason": None,
}
NEW_TICKET: Body = {
    "title": "Cannot login to my account",
    "description": "I'm getting error code 500 when trying to login",
    "priority": "high",
    "source": "web",
    "auto_respond": True,
}
TICKET_PATCH: Body = {"status": "in_progress", "assigned_to": 3, "priority": "critical"}
PATCHED_TICKET: Body = TICKET | TICKET_PATCH

MESSAGE: Body = {
    "id": 1,
    "ticket_id": 1,
    "role": "user",
    "content": "I cannot login to my account",
    "created_at": _MOMENT,
    "internal": False,
    "confidence": None,
    "citations": [],
}
MESSAGES: list[Body] = [
    MESSAGE,
    {
        "id": 2,
        "ticket_id": 1,
        "role": "assistant",
        "content": "I understand you're having login issues...",
        "created_at": "2024-01-15T10:30:05Z",
        "internal": False,
        "confidence": 0.93,
        "citations": [
            {"id": 15, "source": "faq.md", "chunk": "To reset your password...", "version": 1, "score": 0.89}
        ],
    },
]
NEW_MESSAGE: Body = {
    "content": "I've tried resetting my password but still can't login",
    "role": "user",
    "auto_respond": True,
}

AGENT_HEALTH: Body = {
    "ollama_available": True,
    "chat_model": "llama3.2",
    "embed_model": "nomic-embed-text",
    "models_loaded": ["llama3.2:latest", "nomic-embed-text:latest"],
}
RESPOND: Body = {"save_response": True, "max_context": 5}
ASK: Body = {"question": "How do I reset my password?", "max_context": 5}
ANSWER: Body = {
    "content": "Based on your description, here's what you can try...",
    "needs_escalation": False,
    "escalation_reason": None,
    "context_used": [{"id": 15, "source": "faq.md", "chunk": "To reset your password...", "score": 0.89, "version": 1}],
    "model": "llama3.2",
    "confidence": 0.93,
    "language": "en",
}
ACCEPTED: Body = {"status": "accepted", "message": "Auto-response triggered for ticket 123", "ticket_id": 123}

CHUNK: Body = {
    "id": 1,
    "source": "faq.md",
    "chunk": "To reset your password, go to Settings > Security...",
    "version": 1,
    "is_current": True,
}
NEW_CHUNKS: Body = {
    "source": "product-docs.md",
    "chunks": [
        {
            "content": "Our product supports multiple languages...",
            "metadata": {"section": "features", "page": 1},
        },
        {"content": "To configure notifications, navigate to...", "metadata": {"section": "settings", "page": 5}},
    ],
}
CHUNKS_REPORT: Body = {"created": 2, "updated": 0, "skipped": 0, "embeddings": {"success": 2, "failed": 0}}
SEARCH: Body = {"query": "how to reset password", "limit": 5}
FOUND_CHUNKS: list[Body] = [
    {
        "id": 15,
        "source": "faq.md",
        "chunk": "To reset your password, go to Settings > Security > Reset Password...",
        "score": 0.92,
        "version": 1,
    },
    {
        "id": 23,
        "source": "troubleshooting.md",
        "chunk": "If you've forgotten your password, you can recover it via email...",
        "score": 0.85,
        "version": 1,
    },
]
DELETED_SOURCE: Body = {"deleted": 15, "source": "old-docs.md"}
REINDEXED: Body = {"status": "success", "success": 50, "failed": 0}
UPLOADED: Body = {
    "filename": "user-manual.pdf",
    "source": "manual",
    "chunks_processed": 45,
    "validation": {"size_bytes": 1048576, "mime_type": "application/pdf", "sha256": "abc123..."},
    "created": 45,
    "updated": 0,
    "skipped": 0,
    "embeddings": {"success": 45, "failed": 0},
}

NEW_USER: Body = {
    "email": "agent@example.com",
    "password": "securePassword123",
    "full_name": "Support Agent",
    "role": "agent",
}
AGENT_USER: Body = USER | {"id": 2, "email": "agent@example.com", "full_name": "Support Agent", "role": "agent"}
USER_CHANGES: Body = {"full_name": "Updated Name", "is_active": False}
ROLE_CHANGE: Body = {"role": "agent"}

TENANT: Body = {"id": 1, "name": "Acme Corporation", "slug": "acme", "created_at": _MOMENT}
NEW_TENANT: Body = {"name": "Acme Corporation", "slug": "acme"}
TENANT_STATS: Body = {
    "tickets_by_status": {
        "open": 15,
        "in_progress": 8,
        "pending_customer": 0,
        "pending_agent": 0,
        "escalated": 0,
        "resolved": 45,
        "closed": 120,
        "reopened": 0,
    },
    "total_tickets": 188,
    "total_users": 25,
    "total_kb_chunks": 350,
}

VALIDATION_ERROR: Body = {
    "type": "validation_error",
    "title": "Validation Error",
    "status": 422,
    "detail": "Request validation failed",
    "errors": [
        {"field": "email", "message": "Invalid email format"},
        {"field": "password", "message": "Password too short"},
    ],
}
ERROR: Body = {"detail": "User not found"}
