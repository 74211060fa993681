"""Every screen of the console, with one of the demo's people who may see it."""

from dataclasses import dataclass

ADMIN, AGENT = "admin@demo.example", "agent@demo.example"


@dataclass(frozen=True, slots=True)
class Screen:
    """``heading`` is its first heading in English, which says that it has come."""

    name: str
    path: str
    email: str | None = ADMIN
    heading: str | None = None


SCREENS = (
    Screen("sign-in", "/console", None),
    Screen("inbox", "/console/inbox"),
    Screen("queue", "/console/queue"),
    Screen("leads", "/console/leads"),
    Screen("knowledge", "/console/knowledge"),
    Screen("unanswered", "/console/unanswered"),
    Screen("assistants", "/console/assistants"),
    Screen("categories", "/console/categories"),
    Screen("statistics", "/console/statistics"),
    Screen("people", "/console/people"),
    Screen("settings", "/console/settings"),
    Screen("money", "/console/money"),
    Screen("support", "/console/support"),
    Screen("mail", "/console/mail"),
    Screen("monitoring", "/console/monitoring"),
)
