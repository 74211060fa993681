"""What went wrong, in Russian: the document's words for its codes, and patterns for what services and decoders say."""

import re
from collections.abc import Callable, Mapping, Sequence

from models.tickets import TicketStatus
from rest.problems import Problem
from rest.telegram.words import shown_status

_Words = Callable[[re.Match[str]], str]
_CODES: Mapping[str, str] = {
    "VALIDATION_ERROR": "Некорректные данные",
    "BAD_REQUEST": "Некорректный запрос",
    "WEAK_PASSWORD": "Слишком простой пароль",
    "INVALID_TRANSITION": "Такая смена статуса невозможна",
    "UNAUTHORIZED": "Не авторизован",
    "INVALID_CREDENTIALS": "Неверный e-mail или пароль",
    "TOKEN_EXPIRED": "Срок действия токена истёк",
    "ACCESS_REVOKED": "Доступ отозван",
    "FORBIDDEN": "Доступ запрещен",
    "NOT_FOUND": "Ресурс не найден",
    "METHOD_NOT_ALLOWED": "Метод не поддерживается",
    "CONFLICT": "Конфликт с текущим состоянием",
    "REQUEST_TOO_LARGE": "Слишком большой запрос",
    "FILE_TOO_LARGE": "Файл слишком большой",
    "FILE_INFECTED": "В файле найден вирус",
    "QUOTA_EXCEEDED": "Превышена квота на файлы",
    "UNSUPPORTED_FORMAT": "Неподдерживаемый формат файла",
    "UNSUPPORTED_MEDIA_TYPE": "Неподдерживаемый тип содержимого",
    "UNREADABLE_DOCUMENT": "Файл не читается",
    "INSUFFICIENT_BALANCE": "Недостаточно средств",
    "RATE_LIMIT_EXCEEDED": "Превышен лимит запросов",
    "SERVICE_UNAVAILABLE": "Сервис временно недоступен",
    "AI_SERVICE_UNAVAILABLE": "Модель ИИ временно недоступна",
    "RESUME_EXPIRED": "Пропущенные события больше не хранятся",
    "CLIENT_DISCONNECTED": "Клиент отключился",
    "INTERNAL_ERROR": "Внутренняя ошибка сервера",
}
_REQUIRED: Mapping[str, str] = {
    "title": "Заголовок обязателен",
    "description": "Описание обязательно",
    "content": "Текст сообщения обязателен",
    "name": "Название обязательно",
    "role": "Роль обязательна",
    "initData": "Данные initData обязательны",
}
_NOUNS: Mapping[str, str] = {
    "text": "строкой", "a whole number": "целым числом", "a number": "числом", "true or false": "true или false",
    "an object": "объектом", "a list": "списком", "null": "null",
}  # fmt: skip
_OF_NOUN: Mapping[str, str] = {
    "Ticket": "Тикет не найден", "Category": "Категория не найдена", "User": "Пользователь не найден",
    "Message": "Сообщение не найдено", "File": "Файл не найден",
}  # fmt: skip
_RULES: Sequence[tuple[re.Pattern[str], _Words]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"must not be empty$", lambda m: "не может быть пустым"),
        (r"must be one of: (.+)$", lambda m: f"допустимые значения: {m[1]}"),
        (r"must be (\d+) to (\d+) characters long$", lambda m: f"длина должна быть от {m[1]} до {m[2]} символов"),
        (r"must be at least (\d+) characters long$", lambda m: f"не короче {m[1]} симв."),
        (r"must be at most (\d+) characters long$", lambda m: f"не длиннее {m[1]} симв."),
        (r"must be at most (\d+) bytes long$", lambda m: f"не длиннее {m[1]} байт"),
        (r"must (?:have|be) at most (\d+) (?:items|files)$", lambda m: f"не больше {m[1]} шт."),
        (r"must be at least (-?\d+)$", lambda m: f"не меньше {m[1]}"),
        (r"must be at most (-?\d+)$", lambda m: f"не больше {m[1]}"),
        (r"must be between (-?\d+) and (-?\d+)$", lambda m: f"должно быть от {m[1]} до {m[2]}"),
        (r"must be (?:an active|a) category.*$", lambda m: "такой активной категории нет"),
        (r"must be (?:an active agent|a user) of this tenant$", lambda m: "такого сотрудника нет"),
        (r"must name files of yours.*$", lambda m: "укажите свои ещё не отправленные файлы, каждый один раз"),
        (r"must be written as #rrggbb$", lambda m: "цвет записывается как #rrggbb"),
        (r"must not contain NUL characters$", lambda m: "содержит недопустимый символ"),
        (r"holds a character that (?:cannot be stored|is not allowed)$", lambda m: "содержит недопустимый символ"),
        (r"must not be nested deeper than (\d+)$", lambda m: f"вложенность не больше {m[1]}"),
        (r"is not an e-mail address$", lambda m: "не является адресом e-mail"),
        (r"must be (.+)$", lambda m: f"должно быть {_nouns(m[1])}"),
    )
)
_WHOLE: Sequence[tuple[re.Pattern[str], _Words]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(Ticket|Category|User|Message|File) not found$", lambda m: _OF_NOUN[m[1]]),
        (r"Internal error (\S+)$", lambda m: f"Внутренняя ошибка сервера ({m[1]})"),
        (
            r"Ticket cannot move from (\w+) to (\w+)$",
            lambda m: f"Тикет нельзя перевести из {_status(m[1])} в {_status(m[2])}",
        ),
        (r"You cannot change your own role$", lambda m: "Нельзя изменить свою роль"),
        (r"You cannot deactivate yourself$", lambda m: "Нельзя заблокировать самого себя"),
        (r"You cannot \w+ another \w+$", lambda m: "Нельзя менять права другого администратора"),
        (r"Only staff assign tickets$", lambda m: "Назначать исполнителя могут только сотрудники"),
        (r"A category of this name exists$", lambda m: "Категория с таким названием уже есть"),
        (r"The category is in use: (\d+)", lambda m: f"Категория используется, тикетов в ней: {m[1]}"),
        (r"A built-in category is not deleted", lambda m: "Встроенная категория не удаляется: отключите её"),
        (r"This account is blocked$", lambda m: "Учётная запись заблокирована"),
        (r"No Telegram bot is configured", lambda m: "Telegram-бот не настроен: задайте OPORA_TELEGRAM_BOT_TOKEN"),
        (r"initData was not signed", lambda m: "Подпись initData не прошла проверку"),
        (r"initData is too old", lambda m: "Данные initData устарели: откройте приложение заново"),
        (r"The body is not valid JSON", lambda m: "Тело запроса не является корректным JSON в UTF-8"),
        (r"Content-Type must be (.+)$", lambda m: f"Content-Type должен быть {m[1]}"),
    )
)  # fmt: skip


def of_problem(problem: Problem) -> str:
    """The message of a failure as a whole; that of its code where its own words have no translation."""
    return _first(_WHOLE, problem.message) or _CODES.get(problem.code) or _of_status(problem.status)


def of_field(field: str, message: str) -> str:
    """What is wrong with a field."""
    if message == "Field required":
        return _REQUIRED.get(field, "Обязательное поле")
    return _first(_RULES, message.removeprefix(field).strip()) or _first(_WHOLE, message) or "Недопустимое значение"


def _first(rules: Sequence[tuple[re.Pattern[str], _Words]], message: str) -> str | None:
    for pattern, words in rules:
        found = pattern.match(message)
        if found:
            return words(found)
    return None


def _of_status(status: int) -> str:
    return _CODES["BAD_REQUEST" if status < 500 else "INTERNAL_ERROR"]


def _nouns(types: str) -> str:
    return " или ".join(_NOUNS.get(name, name) for name in types.split(" or ") if name)


def _status(word: str) -> str:
    return shown_status(TicketStatus(word))
