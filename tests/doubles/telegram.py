"""A double of the Bot API server, by https://core.telegram.org/bots/api: methods, long polling, files, refusals."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.http_server import serving

_TICK_S = 0.01
_TEXT_UNITS = 4096


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the server saw it; ``file`` is the name and the bytes of what was uploaded."""

    bot_id: int
    method: str
    fields: Mapping[str, Any]
    file: tuple[str, bytes] | None = None

    @property
    def chat_id(self) -> int:
        return int(self.fields["chat_id"])

    @property
    def text(self) -> str:
        return str(self.fields.get("text", ""))

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Texts and data of the keyboard's buttons."""
        rows = json.loads(self.fields.get("reply_markup", "{}")).get("inline_keyboard", [])
        return [(button["text"], button["callback_data"]) for row in rows for button in row]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that says no. ``method`` None refuses any; ``chat_id`` None everybody's."""

    status: int
    description: str
    retry_after: int | None = None
    method: str | None = None
    chat_id: int | None = None

    def concerns(self, call: Call) -> bool:
        return self.method in (None, call.method) and self.chat_id in (None, int(call.fields.get("chat_id", 0)))

    def response(self) -> Response:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return JSONResponse(body, self.status)


def flood(seconds: int, *, method: str | None = None, chat_id: int | None = None) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", seconds, method, chat_id)


@dataclass
class BotDouble:
    """One bot as the server knows it."""

    id: int
    username: str
    webhook: str = ""
    secret: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    polls: int = 0


@dataclass
class TelegramDouble:
    """``refusals`` are used up one a call, in order; ``blocked`` are chats whose person blocked the bots."""

    url: str = ""
    bots: dict[str, BotDouble] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    refusals: deque[Refusal] = field(default_factory=deque)
    blocked: set[int] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1000))

    def add_bot(self, number: int, username: str = "support_bot") -> str:
        """A new bot; returns its token."""
        token = f"{number}:AA-secret-of-{number}"
        self.bots[token] = BotDouble(number, username)
        return token

    def push(self, token: str, *updates: dict[str, Any]) -> None:
        """Have updates wait for who polls."""
        self.bots[token].updates.extend(updates)

    def sent(self, chat_id: int | None = None) -> list[Call]:
        """What was sent to a chat, or to all, in order; refused calls are not among it."""
        return [call for call in self.calls if call.method.startswith("send") and chat_id in (None, call.chat_id)]

    def of_method(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
            ]
        )

    async def _call(self, request: Request) -> Response:
        bot = self.bots.get(request.path_params["token"])
        if bot is None:
            return Refusal(401, "Unauthorized").response()
        call = await _read(request, bot)
        refusal = self._refusal(call)
        if refusal is not None:
            return refusal.response()
        self.calls.append(call)
        if call.method == "getUpdates":
            return await self._get_updates(bot, call)
        if call.method == "setWebhook":
            bot.webhook, bot.secret = call.fields.get("url", ""), call.fields.get("secret_token", "")
            return _ok(True)
        if call.method == "deleteWebhook":
            bot.webhook = ""
            return _ok(True)
        return self._answer(bot, call)

    def _answer(self, bot: BotDouble, call: Call) -> Response:
        match call.method:
            case "getMe":
                return _ok({"id": bot.id, "is_bot": True, "first_name": "Support", "username": bot.username})
            case "sendMessage" | "sendPhoto" | "sendDocument" | "sendVoice":
                return _ok(self._message(bot, call))
            case "answerCallbackQuery":
                return _ok(True)
            case "editMessageReplyMarkup":
                return _ok(self._message(bot, call))
            case "getFile":
                return self._get_file(call.fields["file_id"])
        return Refusal(404, "Not Found").response()

    def _refusal(self, call: Call) -> Refusal | None:
        for refusal in list(self.refusals):
            if refusal.concerns(call):
                self.refusals.remove(refusal)
                return refusal
        if int(call.fields.get("chat_id", 0)) in self.blocked:
            return Refusal(403, "Forbidden: bot was blocked by the user")
        if call.method == "sendMessage":
            if not call.text.strip():
                return Refusal(400, "Bad Request: message text is empty")
            if len(call.text.encode("utf-16-le")) > 2 * _TEXT_UNITS:
                return Refusal(400, "Bad Request: message is too long")
        return None

    async def _get_updates(self, bot: BotDouble, call: Call) -> Response:
        """What is below ``offset`` is confirmed and forgotten. Without updates it answers after ``timeout``."""
        if bot.webhook:
            text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
            return Refusal(409, text).response()
        bot.polls += 1
        mine = bot.polls
        offset, deadline = int(call.fields.get("offset", 0)), time.monotonic() + int(call.fields.get("timeout", 0))
        bot.updates[:] = [update for update in bot.updates if update["update_id"] >= offset]
        while not bot.updates and time.monotonic() < deadline:
            await asyncio.sleep(_TICK_S)
            if bot.polls != mine:
                return Refusal(409, "Conflict: terminated by other getUpdates request").response()
        return _ok(bot.updates[:100])

    def _get_file(self, file_id: str) -> Response:
        data = self.files.get(file_id)
        if data is None:
            return Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable").response()
        path = f"files/{file_id}"
        return _ok({"file_id": file_id, "file_unique_id": file_id, "file_size": len(data), "file_path": path})

    async def _file(self, request: Request) -> Response:
        data = self.files.get(request.path_params["path"].removeprefix("files/"))
        if request.path_params["token"] not in self.bots or data is None:
            return Response(status_code=404)
        return Response(data, media_type="application/octet-stream")

    def _message(self, bot: BotDouble, call: Call) -> dict[str, Any]:
        return {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": {"id": call.chat_id, "type": "private"},
            "from": {"id": bot.id, "is_bot": True, "first_name": "Support"},
            "text": call.text,
        }


async def _read(request: Request, bot: BotDouble) -> Call:
    async with request.form() as form:
        fields = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
        files = [(value.filename or "", await value.read()) for value in form.values() if isinstance(value, UploadFile)]
    return Call(bot.id, request.path_params["method"], fields, files[0] if files else None)


def _ok(result: object) -> Response:
    return JSONResponse({"ok": True, "result": result})


@contextmanager
def telegram_server() -> Iterator[TelegramDouble]:
    """A running server; its address is ``url``."""
    double = TelegramDouble()
    with serving(double.app()) as url:
        double.url = url
        yield double
