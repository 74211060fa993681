"""The categories that `itdesk` knows, and what its statuses ask of a ticket."""

from typing import Literal, get_args

from models.tickets import FINISHED, TicketStatus
from realtime.frames.itdesk import ItdeskStatus
from rest.itdesk.words import shown_status

ItdeskCategory = Literal[
    "system_down",
    "performance_issue",
    "password_reset",
    "software_installation",
    "hardware_issue",
    "network_issue",
    "other",
]
STATUSES: tuple[ItdeskStatus, ...] = get_args(ItdeskStatus)
CATEGORIES: tuple[ItdeskCategory, ...] = get_args(ItdeskCategory)


def asked_status(word: ItdeskStatus, present: TicketStatus) -> TicketStatus | None:
    """Where a ticket in the ``present`` status is asked to go; None where it is shown as ``word`` already."""
    if shown_status(present) == word:
        return None
    # What was finished is not opened but reopened.
    return TicketStatus.REOPENED if word == "open" and present in FINISHED else TicketStatus(word)


def shown_category(key: str | None) -> ItdeskCategory:
    """One of the seven: a ticket without category, and one in a category of the tenant's own, is among the others."""
    return next((word for word in CATEGORIES if word == key), "other")
