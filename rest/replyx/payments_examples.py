"""Bodies about money exactly as the document of `replyx` shows them."""

from typing import Any

Body = dict[str, Any]

BALANCE: Body = {
    "balance": 1000.0,
    "welcome_bonus": 500.0,
    "total_spent": 250.0,
    "pending_transactions": 0,
    "currency": "RUB",
}
TRANSACTIONS: Body = {
    "transactions": [
        {
            "id": 1,
            "type": "debit",
            "amount": -10.0,
            "description": "Сообщение виджета",
            "service_type": "widget_message",
            "details": {"dialog_id": 1, "message_count": 2},
            "created_at": "2025-09-01T10:00:00Z",
        },
        {
            "id": 2,
            "type": "credit",
            "amount": 1000.0,
            "description": "Пополнение баланса",
            "created_at": "2025-09-01T09:00:00Z",
        },
    ],
    "total": 15,
}
TOP_UP: Body = {"amount": 1000.0, "payment_method": "card", "return_url": "https://example.com/success"}
NEW: Body = {
    "amount": 1000.00,
    "description": "Пополнение баланса",
    "return_url": "https://example.com/success",
    "fail_url": "https://example.com/failed",
    "customer_email": "user@example.com",
}
CREATED: Body = {
    "payment_id": "2024091123",
    "payment_url": "https://securepay.tinkoff.ru/new/...",
    "amount": 1000.00,
    "status": "NEW",
    "terminal_key": "TestDemo",
    "created_at": "2025-09-11T10:00:00Z",
}
STATUS: Body = {
    "payment_id": "2024091123",
    "status": "CONFIRMED",
    "amount": 1000.00,
    "success": True,
    "error_code": None,
    "details": {"pan": "430000******0777", "exp_date": "1122", "card_id": "12345"},
    "confirmed_at": "2025-09-11T10:05:00Z",
}
REFUND: Body = {"amount": 500.00, "reason": "Возврат по запросу клиента"}
HISTORY: Body = {
    "payments": [
        {
            "payment_id": "2024091123",
            "amount": 1000.00,
            "status": "CONFIRMED",
            "description": "Пополнение баланса",
            "created_at": "2025-09-11T10:00:00Z",
            "confirmed_at": "2025-09-11T10:05:00Z",
        }
    ],
    "total": 15,
    "has_more": False,
}
NOTIFICATION: Body = {
    "TerminalKey": "TestDemo",
    "OrderId": "2024091123",
    "Success": True,
    "Status": "CONFIRMED",
    "PaymentId": "987654321",
    "ErrorCode": "0",
    "Amount": 100000,
    "Pan": "430000******0777",
    "Token": "signature_hash",
}
"""As T-Bank sends it."""
