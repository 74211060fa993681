"""A tenant with an assistant, dialogs of guests, and operators."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from core.actor import Actor, Guest, Role, guest_actor, system_actor
from core.errors import DomainError
from core.events import Visibility
from core.languages import Language
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, Message
from models.dialogs import Dialog, DialogPlatform
from models.handoffs import Handoff
from models.tenants import Tenant
from models.users import User
from services import dialogs, handoffs, operators
from services.handoffs import Taken, Wish
from services.operators import Presence
from services.rate_limits import UNLIMITED, Bucket, Decision
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of, new_user, unique

T = TypeVar("T")


class NoLimits:
    """Rate limits that are off."""

    async def check(self, bucket: Bucket, *identities: str) -> Decision:
        return UNLIMITED


@dataclass(frozen=True)
class World:
    tenant: Tenant
    assistant: Assistant
    agent: User

    @classmethod
    async def make(cls, tenant: Tenant) -> "World":
        return cls(tenant, await new_assistant(tenant), await new_user(tenant, Role.AGENT))

    @property
    def system(self) -> Actor:
        return system_actor(self.tenant.id)

    async def operator(self, **columns: Any) -> Actor:
        return actor_of(await new_user(self.tenant, Role.AGENT, **columns))

    async def dialog(
        self, *, language: Language | None = Language.RUSSIAN, assistant: Assistant | None = None
    ) -> Dialog:
        """A dialog of a new guest, in which nothing is said yet."""
        async with unit_of_work(self.system) as uow:
            dialog = await dialogs.create(uow, assistant or self.assistant, DialogPlatform.WEBSITE, first_name="Иван")
            await Conversation.filter(id=dialog.id).update(language=language)
        return dialog

    async def waiting(self, **wish: Any) -> Dialog:
        """A dialog whose guest asked for an operator."""
        dialog = await self.dialog()
        await self.ask(dialog, **wish)
        return dialog

    async def ask(self, dialog: Dialog, *, by: Actor | None = None, **wish: Any) -> Handoff:
        given = {"reason": "keyword", "request_id": str(uuid4()), **wish}
        return await handoffs.ask(by or self.system, dialog.id, Wish(**given), NoLimits())

    async def say(self, dialog: Dialog, text: str, kind: AuthorKind = AuthorKind.CUSTOMER, **more: Any) -> Message:
        async with unit_of_work(self.system) as uow:
            locked = await dialogs.get_locked(uow, dialog.id)
            return await dialogs.store(uow, locked, kind=kind, text=text, **more)


async def new_assistant(tenant: Tenant) -> Assistant:
    async with unit_of_work(system_actor(tenant.id)):
        return await Assistant.create(
            tenant_id=tenant.id,
            name="Техподдержка",
            website_integration=True,
            allowed_domains=["shop.example"],
            site_token=unique("site"),
        )


def guest_of(dialog: Dialog) -> Actor:
    assert isinstance(dialog.guest_id, UUID)
    return guest_actor(dialog.tenant_id, Guest(dialog.guest_id, dialog.assistant_id))


async def take(actor: Actor, dialog: Dialog, **more: Any) -> Taken:
    async with unit_of_work(actor) as uow:
        return await handoffs.takeover(uow, dialog.id, **more)


async def release(actor: Actor, dialog: Dialog, **more: Any) -> Handoff:
    async with unit_of_work(actor) as uow:
        return await handoffs.release(uow, dialog.id, **more)


async def cancel(actor: Actor, dialog: Dialog, reason: str = "solved") -> Handoff:
    async with unit_of_work(actor) as uow:
        return await handoffs.cancel(uow, dialog.id, reason=reason)


async def beat(actor: Actor, **more: Any) -> Presence:
    async with unit_of_work(actor) as uow:
        return await operators.heartbeat(uow, **more)


async def present(dialog: Dialog) -> Dialog:
    """The dialog as it is now."""
    async with unit_of_work(system_actor(dialog.tenant_id)):
        return await Dialog.get(id=dialog.id)


async def told(dialog: Dialog) -> list[str]:
    """What the system told the customer, oldest first."""
    async with unit_of_work(system_actor(dialog.tenant_id)):
        said = Message.filter(conversation_id=dialog.id, author_kind=AuthorKind.SYSTEM, visibility=Visibility.PUBLIC)
        return [message.text for message in await said.order_by("id")]


async def kinds(dialog: Dialog) -> list[str]:
    """The handoff events of a dialog, in order."""
    async with unit_of_work(system_actor(dialog.tenant_id)) as uow:
        rows = await uow.rows(
            "SELECT kind FROM events WHERE topic = $1 AND kind LIKE 'handoff.%' ORDER BY seq", f"dialog:{dialog.id}"
        )
    return [row["kind"] for row in rows]


async def outcomes(calls: Iterable[Awaitable[T]]) -> list[T | str]:
    """Run them at once: what each returned, or the code that it was refused with."""

    async def outcome(call: Awaitable[T]) -> T | str:
        try:
            return await call
        except DomainError as error:
            return error.code

    return await asyncio.gather(*(outcome(call) for call in calls))
