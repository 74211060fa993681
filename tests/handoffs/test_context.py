"""What an operator reads before the first word: the customer's words, what the assistant tried, the tone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.errors import Forbidden, ModelUnavailable, NotFound
from core.refusals.handoffs import HandoffNotFound
from integrations.llm.port import ChatMessage, Completion
from models.conversations import AuthorKind
from models.dialogs import Dialog
from models.knowledge import Citation
from models.tickets import Sentiment
from services import handoff_context
from services.providers import providers, use_providers
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.handoffs.world import World, guest_of, release, take


class Chat:
    """Says what it was made with, or fails; keeps what it was told."""

    name = "retelling-1"

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.told: list[Sequence[ChatMessage]] = []

    async def complete(self, messages: Sequence[ChatMessage], **_: Any) -> Completion:
        self.told.append(messages)
        if self.text is None:
            raise ModelUnavailable("The model does not answer")
        return Completion(self.text, self.name, "stop")


@pytest.fixture
async def dialog(world: World) -> Dialog:
    """A customer asked, was answered with a citation, and asked for a person."""
    dialog = await world.dialog()
    asked = await world.say(dialog, "Где мой заказ 4512?")
    answer = await world.say(
        dialog, "Заказы доставляются за 3 дня [1]", AuthorKind.ASSISTANT, turn_id=asked.id, confidence=0.81
    )
    async with unit_of_work(world.system):
        await Citation.create(
            tenant_id=world.tenant.id, message_id=answer.id, position=1, source="Доставка", version=1, score=0.8,
            quote="Доставка занимает 3 дня",
        )  # fmt: skip
    await world.say(dialog, "Прошла неделя!")
    await world.say(dialog, "позовите оператора")
    await world.say(dialog, "не для клиента", AuthorKind.OPERATOR, internal=True)
    return dialog


async def test_it_holds_the_words_the_attempts_and_the_ground(world: World, dialog: Dialog) -> None:
    await world.ask(dialog, last_user_text="позовите оператора")
    packet = await handoff_context.packet(actor_of(world.agent), dialog.id)
    assert packet.quotes == ("Где мой заказ 4512?", "Прошла неделя!")
    assert (packet.summary, packet.summary_model) == ("Где мой заказ 4512?\nПрошла неделя!", None)
    (attempt,) = packet.attempts
    assert (attempt.question, attempt.confidence) == ("Где мой заказ 4512?", 0.81)
    assert [citation.quote for citation in attempt.citations] == ["Доставка занимает 3 дня"]
    assert (packet.language, packet.handoff.reason, packet.earlier_handoffs) == ("ru", "keyword", 0)
    assert packet.sentiment in set(Sentiment)
    assert 0 <= packet.waiting_s < 60


async def test_a_customer_who_only_called_is_quoted_with_that(world: World) -> None:
    dialog = await world.waiting(last_user_text="Хочу поговорить с человеком")
    packet = await handoff_context.packet(actor_of(world.agent), dialog.id)
    assert packet.quotes == ("Хочу поговорить с человеком",)


@pytest.fixture
async def chat(database: None) -> AsyncIterator[Chat]:
    before, chat = providers(), Chat("Заказ 4512 не пришёл за неделю.")
    use_providers(replace(before, chat=chat))  # type: ignore[arg-type]  # nothing else of it is asked
    yield chat
    use_providers(before)


async def test_a_model_retells_it_once(world: World, dialog: Dialog, chat: Chat) -> None:
    await world.ask(dialog)
    for _ in range(2):
        packet = await handoff_context.packet(actor_of(world.agent), dialog.id)
        assert (packet.summary, packet.summary_model) == (chat.text, chat.name)
    (told,) = chat.told
    assert "не для клиента" not in "".join(message.content for message in told)


async def test_a_model_that_fails_is_done_without(world: World, dialog: Dialog, chat: Chat) -> None:
    chat.text = None
    await world.ask(dialog)
    packet = await handoff_context.packet(actor_of(world.agent), dialog.id)
    assert (packet.summary_model, packet.summary) == (None, "Где мой заказ 4512?\nПрошла неделя!")


async def test_it_is_there_after_release_too(world: World, dialog: Dialog) -> None:
    agent = actor_of(world.agent)
    for _ in range(2):
        await world.ask(dialog)
        await take(agent, dialog)
        await release(agent, dialog)
    assert (await handoff_context.packet(agent, dialog.id)).earlier_handoffs == 1


async def test_it_is_for_staff_and_of_a_handoff(world: World, dialog: Dialog) -> None:
    with pytest.raises(HandoffNotFound):
        await handoff_context.packet(actor_of(world.agent), dialog.id)
    with pytest.raises(NotFound):
        await handoff_context.packet(actor_of(world.agent), 2**40)
    await world.ask(dialog)
    with pytest.raises(Forbidden):
        await handoff_context.packet(guest_of(dialog), dialog.id)
