"""People beside what they wrote or own."""

from uuid import UUID

import msgspec

from realtime.frames.telegram import SUPERVISOR, TelegramRole, name_of
from rest.telegram.words import shown_role
from services.people import PersonCard


class PersonView(msgspec.Struct):
    """Whoever takes part, as everybody there may see them."""

    id: UUID
    first_name: str
    role: TelegramRole

    @classmethod
    def of(cls, card: PersonCard) -> "PersonView":
        return cls(card.public_id, name_of(card), shown_role(card.role))


class CustomerView(msgspec.Struct):
    """Whose ticket it is: seen by that person and by staff alone."""

    id: UUID
    telegram_id: int | None
    first_name: str
    username: str | None
    role: TelegramRole

    @classmethod
    def of(cls, card: PersonCard | None) -> "CustomerView":
        """Somebody of another tenant, who looked in and opened a ticket, stands for administration."""
        shown = card or SUPERVISOR
        return cls(shown.public_id, shown.telegram_id, name_of(shown), shown.username, shown_role(shown.role))
