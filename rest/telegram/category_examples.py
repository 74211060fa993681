"""Categories exactly as the document of `telegram` shows them."""

from typing import Any

Body = dict[str, Any]

CATEGORIES: list[Body] = [
    {
        "id": "uuid",
        "name": "Оплата и подписка",
        "description": "Вопросы по оплате, возврату средств, продлению подписки",
        "icon": "💳",
        "color": "#ff6b6b",
        "is_active": True,
        "sort_order": 1,
    },
    {
        "id": "uuid",
        "name": "Технические проблемы",
        "description": "Ошибки, краши, проблемы с установкой",
        "icon": "🔧",
        "color": "#4ecdc4",
        "is_active": True,
        "sort_order": 2,
    },
]
NEW_CATEGORY: Body = {
    "name": "Новая категория",
    "description": "Описание категории",
    "icon": "🆕",
    "color": "#45b7d1",
    "sort_order": 10,
}
CREATED: Body = {"id": "uuid", **NEW_CATEGORY, "is_active": True}
CHANGES: Body = {"name": "Новое название", "is_active": False}
DELETED: Body = {"message": "Категория успешно удалена"}
