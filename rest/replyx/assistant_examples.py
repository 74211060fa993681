"""Bodies of assistants exactly as the document shows them; what it leaves out is as the product answers."""

from rest.replyx.examples import Body

NEW_ASSISTANT: Body = {
    "name": "Мой ассистент",
    "description": "Описание ассистента",
    "system_prompt": "Системный промпт для AI",
    "ai_model": "gpt-3.5-turbo",
    "telegram_bot_token": "1234567890:ABC...",
    "website_integration": True,
    "allowed_domains": ["example.com", "test.com"],
}
ASSISTANT: Body = {
    "id": 1,
    "name": "Техподдержка",
    "description": "Помощник по техническим вопросам",
    "system_prompt": "Ты техподдержка компании...",
    "ai_model": "gpt-3.5-turbo",
    "is_active": True,
    "telegram_bot_token": "1234567890:ABC...",
    "telegram_bot_username": "my_support_bot",
    "website_integration": True,
    "allowed_domains": ["example.com"],
    "created_at": "2025-08-01T10:00:00Z",
}
ASSISTANT_CHANGES: Body = {"name": "Обновленное имя", "system_prompt": "Новый промпт", "is_active": False}
BULK: Body = {"action": "deactivate", "ids": [1, 2]}
BULK_DONE: Body = {"action": "deactivate", "ids": [1, 2], "count": 2}
DELETED: Body = {"success": True, "message": "Ассистент удалён"}
