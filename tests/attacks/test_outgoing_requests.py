"""Addresses by which somebody would have us call our own network: every field that takes one, every spelling of one.

How a checked address is kept to is tested in tests/outgoing/test_addresses.py, by webhooks and by sign-in in their own.
"""

import re
import socket
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from graphql import GraphQLInputObjectType
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from config.settings import override_settings
from core.actor import Actor, Role, system_actor
from core.errors import DomainError, InvalidInput, ModelUnavailable
from integrations.llm.openai import OpenAIChat
from integrations.llm.port import ChatMessage
from integrations.model_endpoint import EndpointOptions
from integrations.telegram.bot_api import BotApi
from integrations.telegram.port import InvalidTelegramToken
from models.sign_in import SignInProvider
from models.tenants import Tenant
from models.webhooks import WebhookEndpoint
from schema.root import schema
from services import sign_in_providers, webhooks
from services.sign_in_providers import ProviderChanges
from services.unit_of_work import unit_of_work
from services.webhooks import EndpointChanges
from tests.attacks.rest_calls import TARGETS
from tests.doubles.http_server import serving
from tests.doubles.openai import OpenAIDouble, running_openai
from tests.fixtures.people import MakeUser, actor_of

_ADDRESS = re.compile(r"ur[li]$|issuer|(^|_)host|webhook|callback|redirect|avatar|photo|picture|image", re.IGNORECASE)
CALLED = {
    "CreateWebhookEndpointInput.url": "test_no_webhook_leads_into_our_network",
    "UpdateWebhookEndpointInput.url": "test_no_webhook_leads_into_our_network",
    "CreateSignInProviderInput.issuer": "test_no_identity_provider_stands_in_our_network",
    "UpdateSignInProviderInput.issuer": "test_no_identity_provider_stands_in_our_network",
    "CreateAiTokenInput.baseUrl": "the superadmin's: test_a_model_is_not_followed_elsewhere",
    "UpdateAiTokenInput.baseUrl": "the superadmin's: test_a_model_is_not_followed_elsewhere",
    "replyx.create_ai_token.base_url": "the superadmin's",
    "replyx.update_ai_token.base_url": "the superadmin's",
}
NOT_CALLED = {
    "FinishSignInInput.issuer": "compared with the provider's",
    "CreatePaymentInput.returnUrl": "the payer's browser goes there",
    "CreatePaymentInput.failUrl": "the payer's browser goes there",
    "replyx.create_payment.return_url": "the payer's browser goes there",
    "replyx.create_payment.fail_url": "the payer's browser goes there",
    "replyx.top_up_balance.return_url": "the payer's browser goes there",
}
INSIDE = [
    "https://127.0.0.1/", "https://localhost/", "https://localhost./", "https://LOCALHOST:8000/", "https://0/",
    "https://0.0.0.0/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0.0.1/", "https://017700000001/", "https://0177.0.0.1/", "https://127.0.0.1.:443/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.0.1/", "https://100.64.0.1/", "https://198.18.0.1/",
    "https://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/", "https://169.254.170.2/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[::ffff:a9fe:a9fe]/", "https://[fd00:ec2::254]/", "https://[fe80::1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://[0:0:0:0:0:0:0:1]/", "http://93.184.216.34/", "http://example.com/",
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://example.com/", "dict://127.0.0.1:6379/",
    "https://example.com@127.0.0.1/", "https://127.0.0.1#@example.com/", "https://example.com\\@127.0.0.1/",
    "https://127.0.0.1%2f@example.com/", "https://example.com:0/", "https://１２７.0.0.1/", "https://①②⑦.0.0.1/",
    "https://rebinding.example/", "//127.0.0.1/", "https://",
]  # fmt: skip


def fields() -> Iterator[str]:
    """Every input field by whose name it holds an address."""
    for name, kind in schema._schema.type_map.items():
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field in kind.fields if _ADDRESS.search(field))
    for name, target in TARGETS.items():
        for place in ("body", "form", "query"):
            struct = target.operation.parameters.get(place)
            if struct is not None:
                names = (field.encode_name for field in msgspec.structs.fields(struct))
                yield from (f"{name}.{field}" for field in names if _ADDRESS.search(field))


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.ADMIN))


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server of the attacker's: whatever is asked is in our network; numbers are what they are."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, **more: Any) -> list[Any]:
        if host == "rebinding.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))]
        return list(real(host, port, **more))

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_every_field_that_holds_an_address_has_its_case() -> None:
    assert set(fields()) == CALLED.keys() | NOT_CALLED.keys()


@pytest.mark.usefixtures("inside")
async def test_no_webhook_leads_into_our_network(admin: Actor) -> None:
    kept = [url for url in INSIDE if await _taken(webhooks.create(admin, EndpointChanges(url=url)))]
    async with unit_of_work(admin):
        stored = await WebhookEndpoint.all().count()
    assert (kept, stored) == ([], 0)


@pytest.mark.usefixtures("inside")
async def test_no_identity_provider_stands_in_our_network(admin: Actor) -> None:
    def create(url: str) -> Any:
        return sign_in_providers.create(admin, ProviderChanges(name="Office", issuer=url, client_id="opora"))

    kept = [url for url in INSIDE if await _taken(create(url))]
    async with unit_of_work(admin):
        stored = await SignInProvider.all().count()
    assert (kept, stored) == ([], 0)


async def _taken(creating: Any) -> bool:
    try:
        await creating
    except DomainError:
        return False
    return True


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_model_is_not_followed_elsewhere(status: int) -> None:
    """What customers wrote goes where the settings say, and nowhere that an answer says."""
    with running_openai(OpenAIDouble()) as elsewhere:

        async def redirect(request: Request) -> RedirectResponse:
            return RedirectResponse(f"{elsewhere.base_url}/chat/completions", status)

        app = Starlette(routes=[Route("/v1/chat/completions", redirect, methods=["POST"])])
        with serving(app) as address:
            options = EndpointOptions(
                kind="chat", setting="OPORA_LLM", base_url=f"{address}/v1", api_key=elsewhere.api_key, max_retries=0
            )
            chat = OpenAIChat(options, model="double", budget_s=5.0)
            with pytest.raises(ModelUnavailable):
                async for _ in chat.stream([ChatMessage("user", "My card is 4111")], max_tokens=5):
                    pass
            await chat.close()
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "token",
    ["1:a/../../evil", "1:a@evil.example", "1:a?x=", "1:a#", "1:a b", "1:", ":a", "1:a%2f..", "1:a\r\nx: y", ""],
)
async def test_a_bots_token_leads_to_no_other_address(token: str) -> None:
    api = BotApi("https://api.telegram.invalid")
    with pytest.raises(InvalidTelegramToken):
        await api.bot(token)
    await api.close()


async def test_networks_that_are_permitted_open_no_others(admin: Actor) -> None:
    with override_settings(OPORA_PRIVATE_NETWORKS="10.9.0.0/16"):
        for url in ("https://10.8.0.1/", "https://169.254.169.254/", "https://127.0.0.1/", "https://[::1]/"):
            with pytest.raises(InvalidInput):
                await webhooks.create(admin, EndpointChanges(url=url))


async def test_system_actors_are_held_to_it_too(tenant: Tenant) -> None:
    with pytest.raises(DomainError):
        await webhooks.create(system_actor(tenant.id), EndpointChanges(url="https://169.254.169.254/"))
