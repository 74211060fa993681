"""A bot of the test's tenant, connected to a Bot API double of the whole run."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx
import orjson
import pytest

from core.actor import Role, system_actor
from integrations.telegram.factory import LazyTelegram
from models.conversations import Message
from models.telegram import TelegramBot
from models.tenants import Tenant
from models.tickets import Ticket
from rest.telegram_webhook import SECRET_HEADER
from services import telegram_bots
from services.providers import providers, use_providers
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.telegram import Call, TelegramDouble, telegram_server
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.fixtures.work import DrainJobs

_LET_COME = """
UPDATE jobs SET run_after = clock_timestamp()
WHERE tenant_id = $1 AND state = 'pending' AND run_after < clock_timestamp() + interval '1.5 s' RETURNING id
"""
_bots = count(700_001)
_chats = count(9_000_001)


@pytest.fixture(scope="session")
def telegram_url() -> Iterator[TelegramDouble]:
    with telegram_server() as double:
        yield double


@pytest.fixture(scope="session")
async def telegram_client(telegram_url: TelegramDouble) -> AsyncIterator[LazyTelegram]:
    """The client of the whole run: opening one loads certificates, and its library closes one in a quarter second."""
    client = LazyTelegram(telegram_url.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("integrations.telegram.bot_api._RETRY_PAUSE_S", 0.01)
        yield client
    await client.close()


@pytest.fixture
async def telegram(
    telegram_url: TelegramDouble, telegram_client: LazyTelegram, database: None
) -> AsyncIterator[TelegramDouble]:
    """The double, with nothing in it; services talk to it."""
    for kept in (
        telegram_url.bots,
        telegram_url.calls,
        telegram_url.refusals,
        telegram_url.blocked,
        telegram_url.files,
    ):
        kept.clear()
    present = providers()
    use_providers(replace(present, telegram=telegram_client))
    yield telegram_url
    use_providers(present)


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
async def bot(make_bot: MakeBot) -> LiveBot:
    return await make_bot()


@pytest.fixture
def chat() -> int:
    """The number of a private chat that no other test has; its person's number is the same."""
    return next(_chats)
