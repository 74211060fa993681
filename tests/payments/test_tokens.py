"""T-Bank's token, against the examples of the bank's own documentation."""

import pytest

from integrations.payments.tbank_tokens import is_signed, token_of

REQUEST = {
    "TerminalKey": "MerchantTerminalKey",
    "Amount": 19200,
    "OrderId": "21090",
    "Description": "Подарочная карта на 1000 рублей",
    "DATA": {"Phone": "+71234567890", "Email": "a@test.com"},
    "Receipt": {"Email": "a@test.ru", "Taxation": "osn", "Items": [{"Name": "Наименование товара 1"}]},
}
TOKEN = "0024a00af7c350a3a67ca168ce06502aa72772456662e38696d48b56ee9c97d9"


def test_the_documented_request_has_the_documented_token() -> None:
    assert token_of(REQUEST, "usaf8fw8fsw21g") == TOKEN


def test_booleans_are_words() -> None:
    assert token_of({"Success": True}, "x") == token_of({"Success": "true"}, "x")
    assert token_of({"Success": False}, "x") == token_of({"Success": "false"}, "x")


def test_a_signed_request_is_known() -> None:
    assert is_signed({**REQUEST, "Token": TOKEN}, "usaf8fw8fsw21g")


@pytest.mark.parametrize(
    "changes",
    [
        {"Token": None},
        {"Token": ""},
        {"Token": 7},
        {"Token": "\ud800"},
        {"Amount": 19201},
        {"More": "x"},
        {"Token": []},
    ],
)
def test_anything_else_is_not(changes: dict[str, object]) -> None:
    assert not is_signed({**REQUEST, "Token": TOKEN, **changes}, "usaf8fw8fsw21g")
