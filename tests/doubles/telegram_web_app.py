"""A Telegram client that opens a Mini App: initData as https://core.telegram.org/bots/webapps has it signed."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

TOKEN = "123456789:AAF-not-a-token-of-anybodys-bot_0123456"  # nobody's
JOHN: Mapping[str, Any] = {"id": 123456789, "first_name": "John", "last_name": "Doe", "username": "john_doe"}


def fields_of(person: Mapping[str, Any] = JOHN, **changes: str) -> dict[str, str]:
    """What Telegram tells, unsigned."""
    told = {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": json.dumps(dict(person), ensure_ascii=False, separators=(",", ":")),
        "auth_date": str(int(time.time())),
        "signature": "third-party-signature",
    }
    return {**told, **changes}


def sign(fields: Mapping[str, str], token: str = TOKEN) -> str:
    """The hash of the fields, in hexadecimal."""
    text = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def init_data(person: Mapping[str, Any] = JOHN, *, token: str = TOKEN, **changes: str) -> str:
    """The query string that the app finds in ``Telegram.WebApp.initData``."""
    fields = fields_of(person, **changes)
    return urlencode({**fields, "hash": sign(fields, token)})
