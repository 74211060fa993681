"""A bot of the test's tenant, connected to a Bot API double of the whole run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import orjson
import pytest

from core.actor import Role, system_actor
from models.conversations import Message
from models.telegram import TelegramBot
from models.tenants import Tenant
from models.tickets import Ticket
from rest.telegram_webhook import SECRET_HEADER
from services import assistants, billing, telegram_bots
from services.assistants import AssistantChanges
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.telegram import Call, TelegramDouble
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.fixtures.work import DrainJobs

_LET_COME = """
UPDATE jobs SET run_after = clock_timestamp()
WHERE tenant_id = $1 AND state = 'pending' AND run_after < clock_timestamp() + interval '1.5 s' RETURNING id
"""
_bots = count(700_001)
_chats = count(9_000_001)


@dataclass(frozen=True)
class LiveBot:
    """A tenant's bot, and what tests do with it."""

    tenant: Tenant
    token: str
    row: TelegramBot
    double: TelegramDouble
    client: httpx.AsyncClient
    drain: DrainJobs

    async def post(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Deliver an update to the webhook; returns the status."""
        shown = telegram_bots.webhook_secret(self.row.id) if secret is None else secret
        response = await self.client.post(
            f"/telegram/webhook/{self.row.id}", content=orjson.dumps(update), headers={SECRET_HEADER: shown}
        )
        return response.status_code

    async def hear(self, *told: dict[str, Any]) -> None:
        """Deliver updates and do all that follows."""
        for update in told:
            assert await self.post(update) == 200
        await self.work()

    async def work(self) -> None:
        """Run jobs until nothing is left, also of those that were put off for a moment: their time is let come."""
        for _ in range(20):
            await self.drain(self.tenant)
            if not await self._let_come():
                return
        raise AssertionError("Jobs are put off without end")

    async def _let_come(self) -> bool:
        async with system_unit_of_work(SystemReason.SWEEP) as statements:
            return bool(await statements.rows(_LET_COME, self.tenant.id))

    def said(self, chat_id: int) -> list[str]:
        """Texts sent to a chat."""
        return [call.text for call in self.double.sent(chat_id)]

    def calls(self, chat_id: int) -> list[Call]:
        return self.double.sent(chat_id)

    async def tickets(self) -> list[Ticket]:
        async with unit_of_work(system_actor(self.tenant.id)):
            return await Ticket.all().order_by("id")

    async def messages(self, ticket: Ticket) -> list[Message]:
        async with unit_of_work(system_actor(self.tenant.id)):
            return await Message.filter(conversation_id=ticket.id).order_by("id")


MakeBot = Callable[..., Awaitable[LiveBot]]


@pytest.fixture
def make_bot(
    telegram: TelegramDouble,
    client: httpx.AsyncClient,
    make_tenant: MakeTenant,
    make_user: MakeUser,
    drain_jobs: DrainJobs,
) -> MakeBot:
    """`await make_bot()`: a new tenant's connected bot."""

    async def make() -> LiveBot:
        tenant = await make_tenant()
        token = telegram.add_bot(next(_bots))
        row = await telegram_bots.connect(actor_of(await make_user(tenant, Role.ADMIN)), token)
        return LiveBot(tenant, token, row, telegram, client, drain_jobs)

    return make


@pytest.fixture
async def assistant_bot(
    telegram: TelegramDouble,
    client: httpx.AsyncClient,
    make_tenant: MakeTenant,
    make_user: MakeUser,
    drain_jobs: DrainJobs,
) -> LiveBot:
    """The bot of an assistant that knows nothing yet."""
    tenant = await make_tenant()
    token = telegram.add_bot(next(_bots), "assistant_bot")
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    given = AssistantChanges(name="Техподдержка", telegram_bot_token=token)
    assistant = await assistants.create(admin, given)
    async with unit_of_work(admin) as uow:
        await billing.welcome(uow, tenant.id)
        row = await TelegramBot.get(assistant_id=assistant.id)
    return LiveBot(tenant, token, row, telegram, client, drain_jobs)


@pytest.fixture
async def bot(make_bot: MakeBot) -> LiveBot:
    return await make_bot()


@pytest.fixture
def chat() -> int:
    """The number of a private chat that no other test has; its person's number is the same."""
    return next(_chats)
