"""Words of `replyx`: its Russian messages, how it writes moments and money."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from core.languages import Language
from rest import russian
from rest.problems import Problem
from services.handoff_estimates import in_words

_CODES: Mapping[str, str] = {
    "INVALID_CREDENTIALS": "Неверный email или пароль",
    "TOKEN_EXPIRED": "JWT токен истек",
    "FORBIDDEN": "Недостаточно прав",
    "INVALID_TELEGRAM_TOKEN": "Некорректный токен Telegram",
    "BOT_ALREADY_EXISTS": "Бот с таким токеном уже существует",
    "BOT_STARTUP_FAILED": "Ошибка запуска бота",
    "HANDOFF_ALREADY_REQUESTED": "Запрос на передачу уже существует",
    "HANDOFF_RATE_LIMIT": "Превышен лимит запросов на передачу",
    "OPERATOR_CAPACITY_EXCEEDED": "Превышена максимальная нагрузка оператора",
    "HANDOFF_CONFLICT": "Конфликт при принятии диалога (уже принят другим оператором)",
    "HANDOFF_NOT_FOUND": "Запрос на handoff не найден",
    "INVALID_AMOUNT": "Некорректная сумма",
    "PAYMENT_FAILED": "Ошибка платежа",
    "PAYMENT_CREATION_FAILED": "Ошибка создания платежа в T-Bank",
    "PAYMENT_NOT_FOUND": "Платеж не найден",
    "INVALID_PAYMENT_AMOUNT": "Некорректная сумма платежа",
    "PAYMENT_ALREADY_PROCESSED": "Платеж уже обработан",
    "WEBHOOK_SIGNATURE_INVALID": "Некорректная подпись webhook",
    "WEBHOOK_IP_NOT_ALLOWED": "IP адрес не в whitelist T-Bank",
    "SSE_AUTH_FAILED": "Ошибка авторизации SSE соединения",
    "SSE_CONNECTION_LIMIT": "Превышен лимит SSE соединений",
    "INVALID_LAST_EVENT_ID": "Некорректный Last-Event-ID",
    "RESUME_EXPIRED": "Пропущенные события больше не хранятся",
    "RESUME_FROM": "Клиент читает слишком медленно: продолжите с последнего номера",
    "AI_PROVIDER_UNAVAILABLE": "AI провайдер недоступен",
    "AI_TOKEN_LIMIT_EXCEEDED": "Превышен лимит AI токенов",
    "AI_REQUEST_TIMEOUT": "Таймаут запроса к AI провайдеру",
    "AI_PROXY_FAILOVER": "Сбой в системе прокси AI запросов",
    "EMAIL_NOT_CONFIRMED": "Email не подтвержден",
    "CONFIRMATION_CODE_EXPIRED": "Код подтверждения истек",
    "EMAIL_SEND_FAILED": "Ошибка отправки email",
    "SMTP_CONNECTION_FAILED": "Ошибка подключения к SMTP серверу",
}
_FORMATS = "Подходят файлы .txt, .md, .pdf и .docx"
_FIELDS = russian.rules(
    (r"is not an e-mail address$", lambda m: "Неверный формат email"),
    (r"must be an address that begins", lambda m: "должно быть адресом, который начинается с http:// или https://"),
    (r"must be a domain such as", lambda m: "укажите домен, как example.com или *.example.com, без https:// и пути"),
    (r"must be an http or https address", lambda m: "укажите адрес http или https без имени пользователя"),
    (r"must be 1 to (\d+) characters of ASCII", lambda m: f"от 1 до {m[1]} символов ASCII без пробелов"),
    (r"must be given: the token names none", lambda m: "укажите модель: у токена нет своих"),
    (r"must be an active operator of this tenant$", lambda m: "не активный оператор этой компании"),
    (r"(?:must be decimal|Invalid decimal string)", lambda m: "должно быть числом"),
    (r"is required$", lambda m: "Обязательное поле"),
    (r'Expected \{"type": ', lambda m: "допустимые значения: send_message, operator_typing"),
    (r"holds characters that cannot be stored$", lambda m: "содержит недопустимые символы"),
    (r"numbers must fit in 64 bits$", lambda m: "числа должны помещаться в 64 бита"),
    (r"Only visitors of a site open a dialog by watching", lambda m: "Новый диалог открывает только посетитель сайта"),
    (r"must not begin with (\S+)$", lambda m: f"не должно начинаться с {m[1]}"),
    (r"must be a date or a moment as in ISO 8601$", lambda m: "укажите дату или момент по ISO 8601"),
    (r"must not be later than (\w+)$", lambda m: f"не позже {m[1]}"),
    (r"must be in the years (\d+) to (\d+)$", lambda m: f"годы от {m[1]} до {m[2]}"),
    (r"The period must be at most (\d+) days long$", lambda m: f"период не длиннее {m[1]} дней"),
)
_WHOLE = russian.rules(
    (r"This e-mail is already registered$", lambda m: "Пользователь с таким email уже зарегистрирован"),
    (
        r"Several tenants know this e-mail",
        lambda m: "Email и пароль подходят к нескольким компаниям: укажите tenant_id",
    ),
    (r"The confirmation code is wrong$", lambda m: "Неверный код подтверждения"),
    (r"The mail server refused the e-mail: (.+)$", lambda m: f"Почтовый сервер отклонил письмо: {m[1]}"),
    (r"No connection to the mail server (.+)$", lambda m: f"Ошибка подключения к SMTP серверу {m[1]}"),
    (r"(\S+) did not answer in (\S+) s$", lambda m: f"SMTP сервер {m[1]} не ответил за {m[2]} с"),
    (r"A tenant has at most (\d+) assistants$", lambda m: f"Ассистентов не может быть больше {m[1]}"),
    (r"Assistant not found$", lambda m: "Ассистент не найден"),
    (r"Document not found$", lambda m: "Документ не найден"),
    (r"Q&a entry not found$", lambda m: "Q&A запись не найдена"),
    (r"Files (?:of type|without an extension).* are not supported\.", lambda m: _FORMATS),
    (r"The file is named .+ but its content is ", lambda m: f"Содержимое файла не подходит к его имени. {_FORMATS}"),
    (r"Tables are not uploaded\.", lambda m: _FORMATS),
    (r"The Word document is protected by a password", lambda m: "Документ защищён паролем"),
    (r"The site token is not valid$", lambda m: "Недействительный токен сайта"),
    (r"The guest id is not valid$", lambda m: "Недействительный guest_id"),
    (r"This site may not use the assistant$", lambda m: "Домен не входит в разрешённые домены ассистента"),
    (r"Customers write in their own name", lambda m: "Посетитель пишет только от своего имени"),
    (r"Ai token not found$", lambda m: "AI токен не найден"),
    (r"Dialog not found$", lambda m: "Диалог не найден"),
    (r"The dialog waits for an operator or has one", lambda m: "Диалог ждёт оператора или ведётся им"),
    (r"The customer has another open dialog", lambda m: "У клиента уже открыт другой диалог в этом чате"),
    (r"Only staff set the priority", lambda m: "Приоритет задают только сотрудники"),
    (r"Only admins act for another operator$", lambda m: "За другого оператора действует только администратор"),
    (r"Only the operator who has the dialog", lambda m: "Диалог освобождает ведущий его оператор или администратор"),
    (r"Operators are people of the company$", lambda m: "Операторы: сотрудники этой компании"),
    (r"(.+) is not configured: set (.+) and (\w+)$", lambda m: f"{m[1]} не настроен: задайте {m[2]} и {m[3]}"),
    (r"No bank is configured: set (\w+) and (\w+)", lambda m: f"Банк не настроен: задайте {m[1]} и {m[2]}"),
    (r"amount must be at most (\S+), which is left", lambda m: f"Сумма не больше остатка платежа: {m[1]}"),
    (r"amount must be at most (\S+)$", lambda m: f"Сумма не больше {m[1]}"),
    (r"amount must be a positive sum", lambda m: "Сумма должна быть больше нуля, не больше двух знаков после запятой"),
    (r"The bank refused the payment \((.+)\)$", lambda m: f"Банк отказал в платеже ({m[1]})"),
    (r"The bank does not answer; nothing was", lambda m: "Банк не отвечает, деньги не списаны: повторите позже"),
    (r"This Idempotency-Key was used for another", lambda m: "Idempotency-Key уже использован для другого платежа"),
    (r"A payment with this Idempotency-Key is being", lambda m: "Платеж с этим Idempotency-Key ещё создаётся"),
    (r"Current password is incorrect$", lambda m: "Неверный текущий пароль"),
)


def of_problem(problem: Problem) -> str:
    """The message of a failure as a whole."""
    return russian.of_problem(problem, codes=_CODES, more=_WHOLE)


def of_field(field: str, message: str) -> str:
    """What is wrong with a field."""
    return russian.of_field(field, message, more=_FIELDS)


def moment(value: datetime) -> datetime:
    """In whole seconds of UTC, which JSON shows as ``2025-08-01T10:00:00Z``."""
    return value.astimezone(UTC).replace(microsecond=0)


def money(value: Decimal) -> float:
    """Roubles as a JSON number: every sum that an account can have is exact in two places."""
    return float(value)


def wait(seconds: int) -> str:
    """An expected wait: "5-10 минут"."""
    return in_words(seconds, Language.RUSSIAN)


def duration(seconds: float) -> str:
    """Time that has passed, as ``00:05:30``."""
    minutes, left = divmod(max(0, int(seconds)), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{left:02}"
