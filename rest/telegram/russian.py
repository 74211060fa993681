"""What went wrong, in Russian: the words of this document beside those that all share."""

from collections.abc import Mapping

from models.tickets import TicketStatus
from rest import russian
from rest.problems import Problem
from rest.telegram.words import shown_status

_REQUIRED: Mapping[str, str] = {
    "title": "Заголовок обязателен",
    "description": "Описание обязательно",
    "content": "Текст сообщения обязателен",
    "name": "Название обязательно",
    "role": "Роль обязательна",
    "initData": "Данные initData обязательны",
}
_OF_NOUN: Mapping[str, str] = {
    "Ticket": "Тикет не найден", "Category": "Категория не найдена", "User": "Пользователь не найден",
    "Message": "Сообщение не найдено", "File": "Файл не найден",
}  # fmt: skip
_FIELDS = russian.rules(
    (r"must be (?:an active|a) category.*$", lambda m: "такой активной категории нет"),
    (r"must be (?:an active agent|a user) of this tenant$", lambda m: "такого сотрудника нет"),
    (r"must name files of yours.*$", lambda m: "укажите свои ещё не отправленные файлы, каждый один раз"),
    (r"must be written as #rrggbb$", lambda m: "цвет записывается как #rrggbb"),
    (r"is not what a Telegram Mini App receives$", lambda m: "это не то, что получает Telegram Mini App"),
    (r"names no user$", lambda m: "в данных нет пользователя Telegram"),
    (r"is missing, here and in initData$", lambda m: "подписи нет ни здесь, ни в initData"),
    (r"must not be later than to_date$", lambda m: "не позже to_date"),
    (r"The period must be at most (\d+) days long$", lambda m: f"период не длиннее {m[1]} дней"),
    (r"must be in the years (\d+) to (\d+)$", lambda m: f"годы от {m[1]} до {m[2]}"),
    (r"must be a date or a moment as in ISO 8601$", lambda m: "дата или момент по ISO 8601: 2024-01-31"),
)
_WHOLE = russian.rules(
    (r"(Ticket|Category|User|Message|File) not found$", lambda m: _OF_NOUN[m[1]]),
    (
        r"Ticket cannot move from (\w+) to (\w+)$",
        lambda m: f"Тикет нельзя перевести из {_status(m[1])} в {_status(m[2])}",
    ),
    (r"Only staff assign tickets$", lambda m: "Назначать исполнителя могут только сотрудники"),
    (r"A category of this name exists$", lambda m: "Категория с таким названием уже есть"),
    (r"The category is in use: (\d+)", lambda m: f"Категория используется, тикетов в ней: {m[1]}"),
    (r"A built-in category is not deleted", lambda m: "Встроенная категория не удаляется: отключите её"),
    (r"This account is blocked$", lambda m: "Учётная запись заблокирована"),
    (r"No Telegram bot is configured", lambda m: "Telegram-бот не настроен: задайте OPORA_TELEGRAM_BOT_TOKEN"),
    (r"initData was not signed", lambda m: "Подпись initData не прошла проверку"),
    (r"Bots do not sign in$", lambda m: "Боты не входят"),
    (r"Customers write in their own name$", lambda m: "Внутренние заметки пишут только сотрудники"),
    (r"initData is too old", lambda m: "Данные initData устарели: откройте приложение заново"),
)  # fmt: skip


def of_problem(problem: Problem) -> str:
    """The message of a failure as a whole."""
    return russian.of_problem(problem, more=_WHOLE)


def of_field(field: str, message: str) -> str:
    """What is wrong with a field."""
    return russian.of_field(field, message, required=_REQUIRED, more=(*_FIELDS, *_WHOLE))


def _status(word: str) -> str:
    return shown_status(TicketStatus(word))
