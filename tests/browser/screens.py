"""Every screen of the console and the landing page, with one of the demo's people who may see it.

They are looked at in Kazakh, whose words are the longest. What a screen is told by stands in the console's own texts.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ADMIN, AGENT = "admin@demo.example", "agent@demo.example"
CUSTOMER, SUPERADMIN = "client1@demo.example", "superadmin@demo.example"
LANGUAGE = "kk"
_TEXTS = Path(__file__).parents[2] / "web" / "src" / "console" / "texts" / LANGUAGE


@cache
def _area(name: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((_TEXTS / f"{name}.json").read_text(encoding="utf-8"))
    return texts


def words(key: str) -> str:
    """What stands at ``area:some.key`` in the texts."""
    area, _, path = key.partition(":")
    found: Any = _area(area)
    for part in path.split("."):
        found = found[part]
    return str(found)


@dataclass(frozen=True, slots=True)
class Screen:
    """``path`` may name what the demo has, see ``Places``. Where the first heading says it, the screen has come.

    ``heading`` and ``opens`` are keys of the texts; ``opens`` is a button to press, whose dialog is looked at too.
    """

    name: str
    path: str
    heading: str | None = None
    email: str | None = ADMIN
    opens: str | None = None


def _console(area: str, path: str = "", email: str | None = ADMIN, opens: str | None = None) -> Screen:
    name = f"{area}/{path}" if path else area
    return Screen(name, f"/console/{name}", f"{area}:title", email, opens)


SCREENS = (
    Screen("landing", "/", None, None),
    Screen("sign-in", "/console/sign-in", "shell:sign_in", None),
    Screen("sign-in/register", "/console/sign-in/register", "sign-in:register.title", None),
    Screen("sign-in/company", "/console/sign-in", "shell:sign_in", None, "sign-in:company.open"),
    _console("inbox"),
    _console("inbox", "tickets/{ticket}"),
    _console("inbox", "dialogs/{dialog}", AGENT),
    Screen("inbox/new", "/console/inbox", "inbox:title", ADMIN, "inbox:create"),
    Screen("inbox/filters", "/console/inbox", "inbox:title", ADMIN, "inbox:filters"),
    Screen("inbox/keys", "/console/inbox", "inbox:title", ADMIN, "inbox:shortcuts"),
    _console("queue"),
    _console("leads"),
    _console("knowledge", "files"),
    _console("knowledge", "sources"),
    _console("knowledge", "sources/{source}"),
    _console("knowledge", "search"),
    _console("knowledge", "qa"),
    _console("knowledge", "faq", opens="knowledge:entry.new_faq"),
    _console("unanswered"),
    _console("unanswered", "{group}"),
    _console("assistants"),
    Screen("assistants/new", "/console/assistants/new", "assistants:new"),
    Screen("assistants/words", "/console/assistants/{assistant}"),
    Screen("assistants/channels", "/console/assistants/{assistant}/channels"),
    Screen("assistants/chat", "/console/assistants/{assistant}/chat"),
    _console("categories", opens="categories:new"),
    _console("statistics"),
    _console("people", opens="people:add"),
    _console("settings"),
    *(_console("settings", tab) for tab in ("answers", "hours", "telegram")),
    _console("settings", "webhooks", opens="settings:webhooks.add"),
    _console("settings", "sign-in", opens="sign-in-providers:add"),
    _console("money", opens="money:top_up"),
    _console("money", "transactions"),
    _console("money", "usage"),
    _console("support", opens="support:new"),
    _console("mail", opens="mail:test.button"),
    _console("monitoring"),
    *(_console("monitoring", tab) for tab in ("alerts", "logs", "jobs")),
    _console("profile"),
    Screen("nowhere", "/console/nowhere", "shell:not_found"),
    Screen("customer", "/console/inbox/tickets/{own_ticket}", "inbox:title", CUSTOMER),
    *(_console("installation", tab, SUPERADMIN) for tab in ("", "users", "models", "health")),
)
