"""Which topics there are to watch, and who may."""

import re

from core.actor import Actor
from core.errors import Forbidden, NotFound
from services import tickets
from services.unit_of_work import unit_of_work

_TOPIC = re.compile(
    r"ticket:(?P<ticket>[1-9]\d{0,18})|tenant:(?P<queue>[1-9]\d{0,18}):queue|user:(?P<user>[1-9]\d{0,18})"
)


async def authorise(actor: Actor, topic: str) -> None:
    """Return where the actor may watch the topic. Raises NotFound, Forbidden, Unavailable.

    Tickets are watched by their author and staff, the tenant's queue by its staff, a user's access by that user.
    """
    parts = _TOPIC.fullmatch(topic)
    if parts is None:
        raise NotFound("topic", topic)
    if parts["ticket"]:
        async with unit_of_work(actor) as uow:
            await tickets.get(uow, int(parts["ticket"]))
    elif parts["queue"]:
        _check_queue(actor, int(parts["queue"]))
    elif int(parts["user"]) != actor.user_id:
        raise Forbidden


def _check_queue(actor: Actor, tenant_id: int) -> None:
    if tenant_id != actor.tenant_id:
        raise NotFound("topic", tenant_id)
    if not actor.is_staff:
        raise Forbidden
