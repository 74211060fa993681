"""Failures in Russian, for the dialects whose documents speak it: words for codes and for what decoders say."""

import re
from collections.abc import Callable, Mapping, Sequence

from rest.problems import Problem

Rules = Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]


def rules(*rows: tuple[str, Callable[[re.Match[str]], str]]) -> Rules:
    """Patterns of English messages, and what to say instead of each."""
    return tuple((re.compile(pattern), words) for pattern, words in rows)


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
    "IDEMPOTENCY_KEY_INVALID": "Idempotency-Key: от 1 до 255 видимых символов ASCII, один раз",
    "IDEMPOTENCY_KEY_REUSED": "Этот Idempotency-Key уже использован для другого запроса",
    "IDEMPOTENCY_REQUEST_IN_PROGRESS": "Запрос с этим Idempotency-Key ещё выполняется",
    "IDEMPOTENCY_ANSWER_LOST": "Запрос выполнен, но его ответ не сохранился: прочитайте, что он изменил",
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
_NOUNS: Mapping[str, str] = {
    "text": "строкой", "a whole number": "целым числом", "a number": "числом", "true or false": "true или false",
    "an object": "объектом", "a list": "списком", "uuid": "UUID", "null": "null",
}  # fmt: skip
_FIELDS = rules(
    (r"must not be empty$", lambda m: "не может быть пустым"),
    (r"must not be blank$", lambda m: "не может быть пустым"),
    (r"must be one of: (.+)$", lambda m: f"допустимые значения: {m[1]}"),
    (r"must be (\d+) to (\d+) characters long$", lambda m: f"длина должна быть от {m[1]} до {m[2]} символов"),
    (r"must be at least (\d+) characters long$", lambda m: f"не короче {m[1]} симв."),
    (r"must be at most (\d+) characters long$", lambda m: f"не длиннее {m[1]} симв."),
    (r"must be at most (\d+) bytes long$", lambda m: f"не длиннее {m[1]} байт"),
    (r"must (?:have|be) at most (\d+) (?:items|files)$", lambda m: f"не больше {m[1]} шт."),
    (r"must be at least (-?\d+)$", lambda m: f"не меньше {m[1]}"),
    (r"must be at most (-?\d+)$", lambda m: f"не больше {m[1]}"),
    (r"must be between (-?\d+) and (-?\d+)$", lambda m: f"должно быть от {m[1]} до {m[2]}"),
    (r"must not contain NUL characters$", lambda m: "содержит недопустимый символ"),
    (r"holds a character that (?:cannot be stored|is not allowed)$", lambda m: "содержит недопустимый символ"),
    (r"must not be nested deeper than (\d+)$", lambda m: f"вложенность не больше {m[1]}"),
    (r"is not an e-mail address$", lambda m: "не является адресом e-mail"),
    (r"must be (.+)$", lambda m: f"должно быть {_nouns(m[1])}"),
    (r"Invalid UUID$", lambda m: "должно быть UUID"),
    (r"Field required: one file$", lambda m: "Приложите файл"),
    (r"Only one file may be sent$", lambda m: "Отправляйте по одному файлу"),
    (r"The file has no name$", lambda m: "У файла нет имени"),
)
_WHOLE = rules(
    (r"Internal error (\S+)$", lambda m: f"Внутренняя ошибка сервера ({m[1]})"),
    (r"You cannot change your own role$", lambda m: "Нельзя изменить свою роль"),
    (r"You cannot deactivate yourself$", lambda m: "Нельзя заблокировать самого себя"),
    (r"You cannot \w+ another \w+$", lambda m: "Нельзя менять права другого администратора"),
    (r"The body is not valid JSON", lambda m: "Тело запроса не является корректным JSON в UTF-8"),
    (r"Content-Type must be (.+)$", lambda m: f"Content-Type должен быть {m[1].replace(' or ', ' или ')}"),
    (r"The file is larger than (\d+) MB$", lambda m: f"Файл больше {m[1]} МБ"),
    (r"The file is infected: (.+)$", lambda m: f"В файле найден вирус: {m[1]}"),
    (r"The file is empty$", lambda m: "Файл пустой"),
    (r"Your files would take more than (\d+) MB$", lambda m: f"Ваши файлы заняли бы больше {m[1]} МБ"),
    (r"The files of all would take more than (\d+) MB$", lambda m: f"Файлы организации заняли бы больше {m[1]} МБ"),
    (r"The content is .*Accepted: (.+)$", lambda m: f"Неподдерживаемый формат файла. Подходят: {_formats(m[1])}"),
)
_FORMATS = (("images", "изображения"), ("text", "текст"), ("audio", "аудио"), ("MP4 video", "видео MP4"))


def of_problem(problem: Problem, *, codes: Mapping[str, str] | None = None, more: Rules = ()) -> str:
    """The message of a failure as a whole; that of its code where its own words have no translation.

    ``codes`` and ``more`` are a dialect's own, and come first.
    """
    message = problem.message
    told = _first(more, message) or _first(_WHOLE, message) or (codes or {}).get(problem.code)
    return told or _CODES.get(problem.code) or _CODES["BAD_REQUEST" if problem.status < 500 else "INTERNAL_ERROR"]


def of_field(field: str, message: str, *, required: Mapping[str, str] | None = None, more: Rules = ()) -> str:
    """What is wrong with a field; ``required`` says it of fields that are absent."""
    if message == "Field required":
        return (required or {}).get(field, "Обязательное поле")
    said = message.removeprefix(field).strip()
    return _first(more, said) or _first(_FIELDS, said) or _first(_WHOLE, message) or "Недопустимое значение"


def _first(known: Rules, message: str) -> str | None:
    for pattern, words in known:
        found = pattern.match(message)
        if found:
            return words(found)
    return None


def _formats(accepted: str) -> str:
    for english, ours in _FORMATS:
        accepted = accepted.replace(english, ours)
    return accepted


def _nouns(types: str) -> str:
    return " или ".join(_NOUNS.get(name, name) for name in types.split(" or ") if name)
