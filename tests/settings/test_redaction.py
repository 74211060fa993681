"""No log line holds a secret, or lets a customer write lines of their own."""

from collections.abc import Iterable
from typing import Any

import pytest

from config.logging import MASK, Redactor, known_secrets
from config.settings import load_settings

BOT = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw7"


def _logged(event: dict[str, Any], known: Iterable[str] = ()) -> dict[str, Any]:
    return dict(Redactor(known)(None, "info", event))


@pytest.mark.parametrize(
    "key", ["password", "new_password", "api_key", "token", "refresh_token", "Authorization", "secret", "init_data"]
)
def test_values_of_secret_names_are_masked_at_any_depth(key: str) -> None:
    assert _logged({key: "value"}) == {key: MASK}
    assert _logged({"body": {"list": [{key: "value"}]}}) == {"body": {"list": [{key: MASK}]}}


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefghijkl",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijkl was refused",
        "cannot reach postgresql://opora:abcdefghijkl@db/opora",
        "GET /ws/dialogs?token=abcdefghijkl&x=1",
        f"POST https://api.telegram.org/bot{BOT}/sendMessage",
    ],
)
def test_secret_shapes_inside_texts_are_masked(text: str) -> None:
    logged = _logged({"event": text})["event"]
    assert MASK in logged
    assert "abcdefghijkl" not in logged
    assert BOT not in logged


def test_configured_secrets_are_masked_wherever_they_turn_up() -> None:
    settings = load_settings(OPORA_LLM_API_KEY="sk-of-the-tests", OPORA_DATABASE_URL="postgresql://u:pass-word@h/d")
    logged = _logged({"event": "tried sk-of-the-tests and pass-word"}, known_secrets(settings))
    assert logged == {"event": f"tried {MASK} and {MASK}"}


def test_control_characters_cannot_forge_lines_or_drive_a_terminal() -> None:
    assert _logged({"event": "name\n2026 [error] forged \x1b[2J\u202e"}) == {
        "event": "name\\n2026 [error] forged \\x1b[2J\\u202e"
    }


def test_ids_and_counts_pass_unchanged() -> None:
    event = {"request_id": "r-1", "tenant_id": 7, "tokens": 12, "seconds": 0.5, "text": "Привет, Ә!"}
    assert _logged(event) == event
