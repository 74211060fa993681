"""The same scenarios over REST and GraphQL: the documented dialogue, one in Kazakh, and companies side by side."""

import asyncio

import httpx
import pytest

from tests.leads.dialogues import DOCUMENTED, KAZAKH, REGISTERED, Dialogue
from tests.leads_dialect.talk import GraphQLTalk, RestTalk, Talk
from tests.leads_dialect.world import Company

surfaces = pytest.mark.parametrize("surface", [RestTalk, GraphQLTalk])


def lead_of(dialogue: Dialogue) -> tuple[str, ...]:
    lead = dialogue.lead or {}
    names = ("name", "phone", "city", "object_type", "area", "language")
    return (*(lead[name] for name in names), "new")


async def held(talk: Talk, dialogue: Dialogue, contact: str) -> None:
    for number, (said, expected) in enumerate(dialogue.turns, start=1):
        answer = await talk.say(said, contact)
        assert answer.text == expected
        assert answer.function_called == (REGISTERED if number == len(dialogue.turns) else None)


@surfaces
@pytest.mark.parametrize("dialogue", [DOCUMENTED, KAZAKH], ids=["ru", "kk"])
async def test_a_dialogue_gives_its_lead(
    client: httpx.AsyncClient, company: Company, surface: type[RestTalk] | type[GraphQLTalk], dialogue: Dialogue
) -> None:
    talk = surface(client, company)
    await held(talk, dialogue, "client_telegram_12345")
    assert await talk.leads() == [lead_of(dialogue)]


@surfaces
async def test_chats_of_one_company_at_once_do_not_mix(
    client: httpx.AsyncClient, company: Company, surface: type[RestTalk] | type[GraphQLTalk]
) -> None:
    talk = surface(client, company)
    await asyncio.gather(held(talk, DOCUMENTED, "one"), held(talk, KAZAKH, "two"))
    assert set(await talk.leads()) == {lead_of(DOCUMENTED), lead_of(KAZAKH)}


@surfaces
async def test_companies_have_their_own_clients_and_leads(
    client: httpx.AsyncClient, company: Company, surface: type[RestTalk] | type[GraphQLTalk]
) -> None:
    ours, theirs = surface(client, company), surface(client, await Company.make(client))
    await asyncio.gather(held(ours, DOCUMENTED, "client"), held(theirs, KAZAKH, "client"))
    assert (await ours.leads(), await theirs.leads()) == ([lead_of(DOCUMENTED)], [lead_of(KAZAKH)])


async def test_an_interview_goes_on_over_the_other_surface(client: httpx.AsyncClient, company: Company) -> None:
    talks: list[Talk] = [RestTalk(client, company), GraphQLTalk(client, company)]
    for number, (said, expected) in enumerate(DOCUMENTED.turns):
        assert (await talks[number % 2].say(said)).text == expected
    assert await talks[0].leads() == await talks[1].leads() == [lead_of(DOCUMENTED)]
