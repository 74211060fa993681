"""What a customer's words in a chat do: open a ticket, go on with one, call a person, choose a language."""

import re
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from core.actor import Actor, Role
from core.errors import DomainError
from core.facts.telegram import TelegramButtonPressed, TelegramNotice
from core.languages import Language
from models.conversations import Conversation, Message
from models.telegram import TelegramChat
from models.tickets import FINISHED, Ticket, TicketSource, TicketStatus
from models.users import User
from services import messages, telegram_chats, tenants, tickets
from services.telegram_files import FileKind, Received
from services.telegram_updates import Press, Update
from services.tickets import TicketChanges
from services.unit_of_work import UnitOfWork
from services.wording.texts import wording

LANGUAGES = "languages"
_COMMAND = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s|\Z)", re.IGNORECASE)
_OF_ANY_BOT = ("language", "id")
_TITLE = 80
_OVER = (TicketStatus.CLOSED, TicketStatus.CANCELLED)


class Talk:
    """One chat in one unit of work of its customer, whose rows it may change."""

    def __init__(self, uow: UnitOfWork, chat: TelegramChat, user: User, *, takes_tickets: bool = True) -> None:
        self._uow = uow
        self._chat = chat
        self._user = user
        self._takes_tickets = takes_tickets

    @property
    def is_shut(self) -> bool:
        """Whether the customer is shut out: nothing of theirs is taken."""
        return not self._user.is_active

    @property
    def commands(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What the customer may command, by name."""
        return {
            "start": self._start,
            "language": self._choose_language,
            "new": self._new,
            "operator": self._call_operator,
            "help": self._help,
            "id": self._tell_id,
        }

    async def respond(self, update: Update, file: Received | None) -> None:
        """Do what an update of the chat asks for; ``file`` is what it carries. Edits change nothing."""
        if self.is_shut:
            await telegram_chats.refuse(self._uow, self._chat)
        elif update.callback_query is not None:
            await self._pressed(update.callback_query)
        elif update.message is not None and file is not None:
            await self._received(file, (update.message.caption or "").strip())
        elif update.message is not None:
            await self._wrote((update.message.text or "").strip())

    async def _wrote(self, text: str) -> None:
        command = _COMMAND.match(text)
        name = command[1].lower() if command else ""
        if not text or (not self._takes_tickets and name not in _OF_ANY_BOT):
            await self._say("unsupported" if self._takes_tickets else "words_only")
        elif command is None:
            await self._write(text)
        else:
            await self.commands.get(name, self._help)()

    async def _start(self) -> None:
        company = (await tenants.current(self._uow)).name
        name = self._user.first_name or self._user.full_name or "👋"
        await self._say("greeting", name=name, company=company)
        await self._choose_language()

    async def _choose_language(self) -> None:
        await self._say("choose_language", buttons=LANGUAGES)

    async def _new(self) -> None:
        await self._write_to(None)
        await self._say("new")

    async def _help(self) -> None:
        await self._say("help")

    async def _tell_id(self) -> None:
        await self._say("chat_id", chat=str(self._chat.chat_id))

    async def _call_operator(self) -> None:
        ticket = await self._ticket()
        if ticket is None or ticket.status in FINISHED:
            ticket = await self._open(await self._text("operator_title"), "", answer=False)
        await self._escalate(ticket)

    async def _escalate(self, ticket: Ticket) -> None:
        if ticket.status is TicketStatus.ESCALATED:
            await self._say("operator_called")
            return
        if ticket.status in FINISHED:
            await tickets.update(self._uow, ticket.id, TicketChanges(status=TicketStatus.REOPENED))
        await tickets.update(self._uow, ticket.id, TicketChanges(status=TicketStatus.ESCALATED))

    async def _write(self, text: str) -> None:
        """Go on with the present ticket, or open one whose text this is."""
        ticket = await self._ticket()
        if ticket is None or ticket.status in _OVER:
            await self._open(title_of(text), text, answer=True)
        else:
            await messages.add(self._uow, ticket.id, text=text)

    async def _received(self, file: Received, caption: str) -> None:
        if file.problem is not None or file.attachment is None or not self._takes_tickets:
            await self._say(file.problem or ("unsupported" if self._takes_tickets else "words_only"))
            return
        text = caption or file.words
        await self._keep(file, file.attachment, text)
        if not text:
            await self._say("voice_received" if file.kind is FileKind.VOICE else "file_received")

    async def _keep(self, file: Received, attachment: UUID, text: str) -> None:
        ticket = await self._ticket()
        if ticket is None or ticket.status in _OVER:
            ticket = await self._open(await self._title(file, text), "", answer=False)
        await messages.add(self._uow, ticket.id, text=text, attachments=[attachment])

    async def _title(self, file: Received, text: str) -> str:
        if text:
            return title_of(text)
        if file.kind is FileKind.VOICE:
            return await self._text("voice_title")
        return title_of(await self._text("file_title", name=file.name))

    async def _pressed(self, press: Press) -> None:
        what, _, about = (press.data or "").partition(":")
        if what == "lang" and about in {language.value for language in Language}:
            await self._speak(Language(about))
            toast = "toast_language"
        elif what in ("helped", "operator"):
            toast = await self._judged(about, helped=what == "helped")
        else:
            toast = "toast_gone"
        self._uow.emit(
            TelegramButtonPressed(
                self._chat.bot_id,
                chat_id=self._chat.chat_id,
                callback_id=press.id,
                message_id=press.message.message_id if press.message else None,
                text=await self._text(toast),
            )
        )

    async def _judged(self, about: str, *, helped: bool) -> str:
        """What the customer says of an answer, which has to be one of theirs: the button's data may be anybody's."""
        ticket = await self._ticket_of_message(about)
        if ticket is None:
            return "toast_gone"
        if not helped:
            await self._write_to(ticket.id)
            await self._escalate(ticket)
            return "toast_operator"
        if ticket.status not in FINISHED:
            await tickets.update(self._uow, ticket.id, TicketChanges(status=TicketStatus.RESOLVED))
            await self._say("thanks")
        return "toast_thanks"

    async def _ticket_of_message(self, number: str) -> Ticket | None:
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        message = await Message.get_or_none(id=int(number))
        return None if message is None else await self._own(message.conversation_id)

    async def _speak(self, language: Language) -> None:
        self._chat.language = language
        await self._chat.save(update_fields=["language", "updated_at"])
        await self._say("language_set")

    async def _open(self, title: str, description: str, *, answer: bool) -> Ticket:
        ticket = await tickets.create(
            self._uow, title=title, description=description, source=TicketSource.TELEGRAM, auto_respond=answer
        )
        language = await telegram_chats.language_of(self._chat)
        if not description:
            # Nothing of theirs told it yet: notices would be in the language of our own title.
            await Conversation.filter(id=ticket.id).update(language=language)
        await self._write_to(ticket.id)
        return ticket

    async def _write_to(self, ticket_id: int | None) -> None:
        self._chat.ticket_id = ticket_id
        await self._chat.save(update_fields=["ticket_id", "updated_at"])

    async def _ticket(self) -> Ticket | None:
        return None if self._chat.ticket_id is None else await self._own(self._chat.ticket_id)

    async def _own(self, ticket_id: int) -> Ticket | None:
        try:
            return await tickets.get_locked(self._uow, ticket_id)
        except DomainError:
            return None

    async def _say(self, key: str, *, buttons: str | None = None, **values: str) -> None:
        await telegram_chats.say(self._uow, self._chat, key, buttons=buttons, **values)

    async def _text(self, key: str, **values: str) -> str:
        return wording(await telegram_chats.language_of(self._chat)).render(f"telegram_{key}", **values)


def in_group(uow: UnitOfWork, update: Update) -> None:
    """Groups are no customers: the bot is silent there, but for the number that an admin sets for notices."""
    message = update.message
    command = _COMMAND.match(message.text or "") if message else None
    if message is not None and command is not None and command[1].lower() == "id":
        uow.emit(TelegramNotice(message.chat.id, text=str(message.chat.id)))


def title_of(text: str) -> str:
    """A ticket's title from the first words of its text: one line of at most 80 characters."""
    line = " ".join(text.split("\n", 1)[0].split()) or " ".join(text.split())
    if len(line) <= _TITLE:
        return line
    cut = line[:_TITLE]
    return (cut.rsplit(" ", 1)[0] if " " in cut[_TITLE // 2 :] else cut).rstrip(" ,.;:-") + "…"


def customer(tenant_id: int, user: User) -> Actor:
    """Whoever writes in a chat writes as a customer, staff too."""
    return Actor(tenant_id=tenant_id, role=Role.USER, user_id=user.id)
