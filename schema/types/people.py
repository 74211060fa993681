"""People as they appear beside what they wrote or own."""

from typing import Self

import strawberry

from core.actor import Actor, Role
from models.users import User
from schema.types.rows import shown_id
from services.ticket_list import PersonRow

strawberry.enum(Role, description="Rights, in rising order; each role includes those before it.")


@strawberry.type(description="Somebody of the tenant, as others see them.")
class Person:
    id: strawberry.ID
    full_name: str
    role: Role
    email: str | None = strawberry.field(description="Shown to staff and to the person; null to others.")

    @classmethod
    def of(cls, person: PersonRow | User, actor: Actor) -> Self:
        """As ``actor`` sees them."""
        shown = actor.is_staff or actor.user_id == person.id
        return cls(
            id=shown_id(person.id),
            full_name=person.full_name,
            role=person.role,
            email=person.email if shown else None,
        )

    @classmethod
    def of_or_none(cls, person: PersonRow | User | None, actor: Actor) -> Self | None:
        return None if person is None else cls.of(person, actor)
