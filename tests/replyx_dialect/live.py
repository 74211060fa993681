"""Addresses of a dialog's real time, on the API as it is served."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services import guests
from tests.fixtures.dialogs import Site

Words = dict[str, Any]


@dataclass(frozen=True)
class Live:
    """``host`` is where the API listens."""

    host: str

    def socket(self, dialog: object, **query: object) -> str:
        return f"ws://{self.host}/ws/dialogs/{dialog}?{urlencode(query)}"

    def stream(self, dialog: object, **query: object) -> str:
        return f"http://{self.host}/api/dialogs/{dialog}/events?{urlencode(query)}"


def as_guest(site: Site, guest: Any) -> Words:
    """The query of a visitor who was here before."""
    return {"site_token": site.assistant.site_token, "guest_id": guests.guest_id_of(guest)}
