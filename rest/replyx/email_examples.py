"""Bodies of e-mail exactly as the document of `replyx` shows them."""

from typing import Any

Body = dict[str, Any]

TEST_SEND: Body = {"to": "test@example.com"}
TEST_SENT: Body = {
    "success": True,
    "message": "Письмо успешно отправлено",
    "smtp_server": "smtp.yandex.ru",
    "sent_at": "2025-09-11T10:00:00Z",
}
CONFIRMATION: Body = {"email": "user@example.com", "code": "123456"}
CONFIRMED: Body = {
    "success": True,
    "message": "Email успешно подтвержден",
    "access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",  # the document's own
    "user": {"id": 123, "email": "user@example.com", "is_email_confirmed": True},
}
RESEND: Body = {"email": "user@example.com"}
RESENT: Body = {"success": True, "message": "Если адрес ожидает подтверждения, код отправлен на него"}
CONTACT_FORM: Body = {
    "name": "Иван Иванов",
    "email": "ivan@example.com",
    "subject": "Вопрос по тарифам",
    "message": "Подскажите про корпоративные тарифы",
    "phone": "+7-900-123-45-67",
}
CONTACTED: Body = {"success": True, "message": "Сообщение отправлено"}
