"""People of one tenant, and what its chatbot knows."""

import pytest

from core.actor import Actor, Role
from models.tenants import Tenant
from services import faqs
from services.faqs import FaqRow
from tests.fixtures.people import MakeUser, actor_of

QUESTION = "How do I reset my password?"
ANSWER = "You can reset your password by clicking 'Forgot Password' on the login page."
UNKNOWN = "Tallest volcano of Mars?"
"""Nothing in the knowledge shares a word with it."""
PERSON = "I want to talk to a person"


@pytest.fixture
async def agent(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.AGENT))


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.USER))


@pytest.fixture
async def password_faq(agent: Actor) -> FaqRow:
    """The document's example."""
    return await faqs.create(
        agent, question=QUESTION, answer=ANSWER, category="Authentication", tags=["password", "reset", "login"]
    )
