"""Updates as Telegram words them, https://core.telegram.org/bots/api#update."""

from itertools import count
from typing import Any

_numbers = count(500_001)
Update = dict[str, Any]


def person(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "is_bot": False,
        "first_name": "Айгуль",
        "username": f"person{number}",
        "language_code": "ru",
    } | fields


def message(chat_id: int, **fields: Any) -> Update:
    """A private message; ``sender`` changes who writes."""
    number = next(_numbers)
    sender = fields.pop("sender", {})
    chat = fields.pop("chat", {"id": chat_id, "type": "private"})
    told = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": person(chat_id, **sender)}
    return {"update_id": number, "message": told | fields}


def text(chat_id: int, words: str, **fields: Any) -> Update:
    return message(chat_id, text=words, **fields)


def photo(chat_id: int, file_id: str, caption: str | None = None, size: int = 100) -> Update:
    sizes = [
        {"file_id": f"{file_id}-small", "file_unique_id": "s", "width": 90, "height": 90, "file_size": 10},
        {"file_id": file_id, "file_unique_id": "l", "width": 900, "height": 900, "file_size": size},
    ]
    return message(chat_id, photo=sizes, **({} if caption is None else {"caption": caption}))


def voice(chat_id: int, file_id: str) -> Update:
    return message(chat_id, voice={"file_id": file_id, "file_unique_id": "v", "duration": 3, "mime_type": "audio/ogg"})


def press(chat_id: int, data: str, message_id: int = 7) -> Update:
    """A button's press."""
    number = next(_numbers)
    under = {"message_id": message_id, "date": 1_700_000_000, "chat": {"id": chat_id, "type": "private"}}
    query = {"id": f"press-{number}", "from": person(chat_id), "chat_instance": "1", "data": data, "message": under}
    return {"update_id": number, "callback_query": query}


def membership(chat_id: int, status: str) -> Update:
    number = next(_numbers)
    chat = {"id": chat_id, "type": "private"}
    bot = {"id": 1, "is_bot": True, "first_name": "Support"}
    member = {"status": status, "user": bot}
    told = {"chat": chat, "from": person(chat_id), "date": 1, "old_chat_member": member, "new_chat_member": member}
    return {"update_id": number, "my_chat_member": told}
