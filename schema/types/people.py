"""People as they appear beside what they wrote or own."""

from collections.abc import Callable
from typing import Self

import strawberry

from core.actor import Actor, Role
from models.users import User
from schema.types.rows import shown_id, view
from services.ticket_rows import ASSIGNEE, AUTHOR, Columns, TicketRow

strawberry.enum(Role, description="Rights, in rising order; each role includes those before it.")


@strawberry.type(description="Somebody of the tenant, as others see them.")
class Person:
    id: strawberry.ID
    full_name: str
    role: Role
    email: str | None = strawberry.field(description="Shown to staff and to the person; null to others.")

    @classmethod
    def of(cls, person: User, actor: Actor) -> Self:
        """As ``actor`` sees them."""
        return cls(
            id=shown_id(person.id),
            full_name=person.full_name,
            role=person.role,
            email=person.email if _sees_email(actor, person.id) else None,
        )

    @classmethod
    def of_or_none(cls, person: User | None, actor: Actor) -> Self | None:
        return None if person is None else cls.of(person, actor)


def _sees_email(actor: Actor, person_id: int) -> bool:
    return actor.is_staff or actor.user_id == person_id


def _listed(columns: Columns) -> Callable[[TicketRow, Actor], Person]:
    number, email = columns["id"].read, columns["email"].read
    return view(Person, columns, email=lambda row, actor: email(row) if _sees_email(actor, number(row)) else None)


_author, _assignee = _listed(AUTHOR), _listed(ASSIGNEE)


def author_of(row: TicketRow, actor: Actor) -> Person | None:
    """Of a ticket in a list, as ``actor`` sees them."""
    return None if row.get("author_role") is None else _author(row, actor)


def assignee_of(row: TicketRow, actor: Actor) -> Person | None:
    """As :func:`author_of`."""
    return None if row.get("assignee_role") is None else _assignee(row, actor)
