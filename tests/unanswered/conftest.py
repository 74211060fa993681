"""A tenant that knows of passwords alone, its people, and what is asked of it."""

from dataclasses import dataclass

import pytest

from core.actor import Actor, Role
from core.paging import OffsetPage
from models.tenants import Tenant
from models.unanswered import UnansweredStatus
from services import chatbot, knowledge, unanswered_groups
from services.ingestion import NewChunk
from services.unanswered_groups import GroupRow
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.fixtures.work import DrainJobs

PASSWORDS = "You can reset your password by clicking 'Forgot Password' on the login page."
KNOWN = "How do I reset my password?"
VOLCANO = "Tallest volcano of Mars?"
"""Nothing in the knowledge shares a word with it."""
VOLCANO_AGAIN = "Mars: which volcano of it is tallest?"
OTHER = "Who painted angels?"


@dataclass(frozen=True)
class House:
    tenant: Tenant
    agent: Actor
    customer: Actor
    drain: DrainJobs

    async def ask(self, text: str, *, session: str | None = None) -> None:
        """Ask the chatbot, and let the jobs that follow run."""
        await chatbot.chat(self.customer, message=text, session_key=session)
        await self.drain(self.tenant)

    async def groups(
        self, status: UnansweredStatus = UnansweredStatus.OPEN, search: str | None = None
    ) -> list[GroupRow]:
        async with unit_of_work(self.agent) as uow:
            return list((await unanswered_groups.page_groups(uow, status, OffsetPage(), search=search)).rows)


@pytest.fixture
async def house(tenant: Tenant, make_user: MakeUser, drain_jobs: DrainJobs) -> House:
    agent = actor_of(await make_user(tenant, Role.AGENT, full_name="Anna"))
    await knowledge.add_chunks(agent, source="help.md", chunks=[NewChunk(PASSWORDS)])
    return House(tenant, agent, actor_of(await make_user(tenant, Role.USER)), drain_jobs)
