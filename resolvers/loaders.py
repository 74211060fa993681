"""Loaders: fields of many rows that are resolved together share one statement.

A batch runs in a task and a unit of work of its own. Nothing is cached, because a socket outlives what it was shown.
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from strawberry.dataloader import DataLoader

from core.actor import Actor
from core.paging import Slice
from models.users import User
from schema.types.context import Context, Loaders
from services import dialog_messages, ticket_list, user_list, users
from services.dialog_messages import DialogMessageKey, SaidInDialog
from services.messages import MessageView
from services.ticket_list import Include, MessageKey
from services.ticket_rows import TicketRow
from services.unit_of_work import unit_of_work
from services.user_list import Deeds

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def loaders(context: Context) -> Loaders:
    """A context's loaders, which see what its actor sees."""
    return Loaders(
        users=_loader(context, _users),
        deeds=_loader(context, _deeds),
        tickets=_loader(context, _tickets),
        messages=_loader(context, _messages),
        dialog_messages=_loader(context, _dialog_messages),
    )


def _loader(context: Context, load: Callable[[Actor, list[K]], Awaitable[list[T]]]) -> DataLoader[K, T]:
    async def batch(keys: list[K]) -> list[T]:
        return await load(context.actor, keys)

    return DataLoader(load_fn=batch, cache=False)


async def _users(actor: Actor, ids: list[int]) -> list[User | None]:
    async with unit_of_work(actor) as uow:
        found = await users.by_ids(uow, set(ids))
    return [found.get(user_id) for user_id in ids]


async def _deeds(actor: Actor, ids: list[int]) -> list[Deeds | None]:
    async with unit_of_work(actor) as uow:
        found = await user_list.deeds(uow, ids)
    return [found.get(user_id) for user_id in ids]


async def _tickets(actor: Actor, ids: list[int]) -> list[TicketRow | None]:
    async with unit_of_work(actor) as uow:
        found = await ticket_list.by_ids(uow, set(ids), Include(last_seq=True, language=True))
    return [found.get(ticket_id) for ticket_id in ids]


async def _messages(actor: Actor, keys: list[MessageKey]) -> list[Slice[MessageView]]:
    found: dict[MessageKey, Slice[MessageView]] = {}
    async with unit_of_work(actor) as uow:
        for page in {key.page for key in keys}:
            ids = {key.ticket_id for key in keys if key.page == page}
            slices = await ticket_list.first_messages(uow, ids, page)
            found |= {MessageKey(ticket_id, page): rows for ticket_id, rows in slices.items()}
    return [found[key] for key in keys]


async def _dialog_messages(actor: Actor, keys: list[DialogMessageKey]) -> list[Slice[SaidInDialog]]:
    found: dict[DialogMessageKey, Slice[SaidInDialog]] = {}
    async with unit_of_work(actor) as uow:
        for page in {key.page for key in keys}:
            pages = await dialog_messages.pages(uow, {key.dialog_id for key in keys if key.page == page}, page)
            found |= {DialogMessageKey(dialog_id, page): rows for dialog_id, rows in pages.items()}
    return [found[key] for key in keys]
