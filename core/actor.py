"""Who acts: the one answer to "who is asking" that every service receives."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Forbidden


class Role(StrEnum):
    """Roles in rising order of rights; each includes those before it."""

    USER = "user"
    AGENT = "agent"
    MODERATOR = "moderator"
    ADMIN = "admin"
    SUPERADMIN = "superadmin"

    rank: int
    """Set below: every row that is shown asks for it, and a table would hash the member each time."""

    def includes(self, other: "Role") -> bool:
        return self.rank >= other.rank


for _rank, _role in enumerate(Role):
    _role.rank = _rank


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor of a site whom nobody knows: their own number, and the assistant that they write to."""

    id: uuid.UUID
    assistant_id: int
    site: str = ""
    """Which site token let them in, as a fingerprint; empty where none did."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated person, a guest, or the system itself where both ``user_id`` and ``guest`` are None."""

    tenant_id: int
    role: Role
    user_id: int | None = None
    session_id: uuid.UUID | None = None
    home_tenant_id: int | None = None
    """The tenant a superadmin belongs to while looking into another; None elsewhere."""
    guest: Guest | None = None
    """Set for the visitor of a site, whose role is that of a customer."""

    @property
    def is_staff(self) -> bool:
        return self.role.includes(Role.AGENT)

    def require_staff(self) -> None:
        """Raises Forbidden for customers and guests."""
        if not self.is_staff:
            raise Forbidden

    @property
    def is_admin(self) -> bool:
        return self.role.includes(Role.ADMIN)

    @property
    def is_superadmin(self) -> bool:
        return self.role is Role.SUPERADMIN


def guest_actor(tenant_id: int, guest: Guest) -> Actor:
    """A visitor of one of the tenant's sites."""
    return Actor(tenant_id=tenant_id, role=Role.USER, guest=guest)


def system_actor(tenant_id: int) -> Actor:
    """The system at work inside one tenant: a job, a renderer. It sees what staff see, in that tenant only."""
    return Actor(tenant_id=tenant_id, role=Role.ADMIN)
