"""Interviews by rules: whole dialogues, what is stored of them, and that nothing mixes."""

import asyncio
from typing import Any

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, NotFound
from core.paging import CursorPage
from models.conversations import AuthorKind, Message
from models.leads import Interview, Lead
from models.tenants import Tenant
from services import interviews
from services.interviews import InterviewReply
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.leads.dialogues import ALL, DOCUMENTED, KAZAKH, REGISTERED, Dialogue

CLIENT = "client_telegram_12345"


async def leads_of(actor: Actor) -> list[Lead]:
    async with unit_of_work(actor):
        return await Lead.all().order_by("id")


async def hold(actor: Actor, dialogue: Dialogue, contact: str = CLIENT) -> list[InterviewReply]:
    return [await interviews.say(actor, contact=contact, text=said) for said, _ in dialogue.turns]


@pytest.mark.parametrize("dialogue", ALL, ids=lambda dialogue: dialogue.turns[0][0])
async def test_a_dialogue_goes_as_written(company: Actor, dialogue: Dialogue) -> None:
    replies = await hold(company, dialogue)
    assert [reply.text for reply in replies] == [answer for _, answer in dialogue.turns]
    called = [reply.function_called for reply in replies]
    assert called == [None] * (len(replies) - 1) + [REGISTERED if dialogue.lead else None]
    found = [_shown(lead, dialogue.lead or {}) for lead in await leads_of(company)]
    assert found == ([dialogue.lead] if dialogue.lead else [])


def _shown(lead: Lead, columns: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in columns}


async def test_everything_said_is_stored_in_order(company: Actor) -> None:
    reply = (await hold(company, DOCUMENTED))[-1]
    async with unit_of_work(company) as uow:
        said = await interviews.page_messages(uow, reply.interview_id, CursorPage(100))
    expected = [
        each
        for said_, answer in DOCUMENTED.turns
        for each in ((AuthorKind.CUSTOMER, said_), (AuthorKind.ASSISTANT, answer))
    ]
    assert [(message.author_kind, message.text) for message in said.rows] == expected


async def test_thanks_after_the_end_are_answered_and_begin_nothing(company: Actor) -> None:
    last = (await hold(company, DOCUMENTED))[-1]
    reply = await interviews.say(company, contact=CLIENT, text="Спасибо большое!")
    assert (reply.text, reply.interview_id) == (
        "Пожалуйста! Если появятся вопросы, просто напишите.",
        last.interview_id,
    )
    async with unit_of_work(company):
        assert await Interview.all().count() == 1


async def test_the_next_request_of_a_contact_begins_anew(company: Actor) -> None:
    first = (await hold(company, DOCUMENTED))[-1]
    second = (await hold(company, DOCUMENTED))[-1]
    assert second.interview_id != first.interview_id
    assert [lead.interview_id for lead in await leads_of(company)] == [first.interview_id, second.interview_id]


async def test_a_later_word_corrects_an_earlier_one(company: Actor) -> None:
    for text in ("Хочу дом", "Алматы", "нет, лучше в Астане, 100 м2", "Канат 87768776637"):
        await interviews.say(company, contact=CLIENT, text=text)
    (lead,) = await leads_of(company)
    assert (lead.city, lead.area) == ("Астана", "100 м²")


async def test_the_answers_follow_the_client_into_another_language(company: Actor) -> None:
    replies = [
        await interviews.say(company, contact=CLIENT, text=text)
        for text in ("Хочу дом", "Қазақша сөйлесейік, маған Алматыда керек")
    ]
    assert [reply.language for reply in replies] == ["ru", "kk"]
    assert replies[1].text == "Қандай аумақты қарастырып отырсыз?"


async def test_two_interviews_of_one_company_at_once_never_mix(company: Actor) -> None:
    first, second = await asyncio.gather(hold(company, DOCUMENTED, "one"), hold(company, KAZAKH, "two"))
    assert [reply.text for reply in first] == [answer for _, answer in DOCUMENTED.turns]
    assert [reply.text for reply in second] == [answer for _, answer in KAZAKH.turns]
    assert {lead.name for lead in await leads_of(company)} == {"Канат", "Айгүл"}


async def test_messages_of_one_contact_at_once_register_one_lead(company: Actor) -> None:
    parts = ("Хочу дом", "в Алматы", "150 квадратов", "Канат, 87768776637")
    replies = await asyncio.gather(*(interviews.say(company, contact=CLIENT, text=text) for text in parts))
    assert [reply.function_called for reply in replies].count(REGISTERED) == 1
    (lead,) = await leads_of(company)
    assert (lead.name, lead.city, lead.area, lead.object_type) == ("Канат", "Алматы", "150 м²", "дом")


async def test_a_contact_of_one_company_is_another_person_for_another(company: Actor, rival: Actor) -> None:
    await interviews.say(company, contact=CLIENT, text="Хочу дом в Алматы")
    reply = await interviews.say(rival, contact=CLIENT, text="150 квадратов")
    assert reply.text == "Какой объект вас интересует: дом, квартира, баня или что-то другое?"


async def test_an_interview_of_another_company_does_not_exist(company: Actor, rival: Actor) -> None:
    reply = await interviews.say(company, contact=CLIENT, text="Хочу дом")
    with pytest.raises(NotFound):
        async with unit_of_work(rival) as uow:
            await interviews.page_messages(uow, reply.interview_id, CursorPage(10))


async def test_a_customer_may_not_speak_for_a_contact(tenant: Tenant, make_user: MakeUser) -> None:
    customer = actor_of(await make_user(tenant, Role.USER))
    with pytest.raises(Forbidden):
        await interviews.say(customer, contact=CLIENT, text="Хочу дом")
    async with unit_of_work(customer):
        assert await Message.all().count() == 0


@pytest.mark.parametrize(
    ("contact", "text", "field"),
    [("", "Хочу дом", "contact"), ("c" * 256, "Хочу дом", "contact"), ("\0", "дом", "contact"), (CLIENT, " \n", "text"),
     (CLIENT, "я" * 20_001, "text"), (CLIENT, "дом\0", "text")],
)  # fmt: skip
async def test_what_cannot_be_stored_is_refused(company: Actor, contact: str, text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await interviews.say(company, contact=contact, text=text)
    assert refused.value.field == field


async def test_a_long_description_is_read_to_its_end(company: Actor) -> None:
    text = "Хочу дом в Алматы.\n" + "Стены из кирпича, крыша из черепицы.\n" * 400 + "150 м2, Канат, 87768776637"
    reply = await interviews.say(company, contact=CLIENT, text=text)
    assert reply.function_called == REGISTERED
    (lead,) = await leads_of(company)
    assert len(lead.summary) < 300


@pytest.mark.parametrize("region", ["RU", "US"])
async def test_numbers_are_of_the_region_that_is_set(company: Actor, override: Any, region: str) -> None:
    with override(OPORA_PHONE_REGION=region):
        reply = await interviews.say(company, contact=CLIENT, text="дом 100 м2 в Алматы, Канат, 2125550123")
    assert (reply.function_called == REGISTERED) is (region == "US")
