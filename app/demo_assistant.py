"""The demo tenant's assistant, with money for its first answers and a visitor who asks it something."""

from urllib.parse import urlsplit

from config.settings import get_settings
from core.actor import Actor, Guest, guest_actor
from core.ids import new_uuid
from models.assistants import Assistant
from models.dialogs import Dialog
from services import assistants, billing, dialog_messages, dialogs
from services.assistants import AssistantChanges
from services.unit_of_work import unit_of_work

NAME = "Велмира"
_LOCAL = ("localhost", "127.0.0.1")
_PROMPT = "Ты помощник интернет-провайдера «Велмира». Отвечай коротко, вежливо и по делу."
_QUESTION = "Здравствуйте! Сколько устройств можно подключить к роутеру?"


async def load(actor: Actor) -> None:
    """Make what is missing of it; ``actor`` is the demo tenant's system."""
    async with unit_of_work(actor) as uow:
        await billing.welcome(uow, uow.tenant_id)
        assistant = await Assistant.get_or_none(name=NAME)
    if assistant is None:
        row = await assistants.create(
            actor,
            AssistantChanges(
                name=NAME,
                description="Отвечает на вопросы посетителей сайта",
                system_prompt=_PROMPT,
                website_integration=True,
                allowed_domains=_domains(),
            ),
        )
        await _visit(actor, row.id)


def _domains() -> tuple[str, ...]:
    """Where the start page stands: the chat on it is this assistant's."""
    public = urlsplit(get_settings().http.public_url or "").hostname
    return (*_LOCAL, public) if public and public not in _LOCAL else _LOCAL


async def _visit(actor: Actor, assistant_id: int) -> None:
    """A guest asks; the assistant answers when the worker starts."""
    guest = guest_actor(actor.tenant_id, Guest(new_uuid(), assistant_id))
    async with unit_of_work(guest) as uow:
        dialog: Dialog = await dialogs.open_for(uow, first_name="Айгуль")
        await dialog_messages.say(uow, dialog.id, text=_QUESTION)
