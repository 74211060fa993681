"""Which topics there are to watch, and who may."""

import re

from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.facts.monitoring import monitoring_topic
from models.tenants import DEFAULT_TENANT_ID
from services import dialogs, tickets
from services.unit_of_work import unit_of_work

_TOPIC = re.compile(
    r"ticket:(?P<ticket>[1-9]\d{0,18})"
    r"|dialog:(?P<dialog>[1-9]\d{0,18})"
    r"|tenant:(?P<billing>[1-9]\d{0,18}):billing"
    r"|tenant:(?P<queue>[1-9]\d{0,18}):(?:queue|chatbot|leads|dialogs|documents)"
    r"|user:(?P<user>[1-9]\d{0,18})(?::(?:chatbot|tickets))?"
)

INSTALLATION = monitoring_topic(DEFAULT_TENANT_ID)
"""The alerts, which are no tenant's: the one topic that is watched from other tenants than its log's."""


def log_tenant(actor: Actor, topic: str) -> int:
    """The tenant whose log holds a topic that the actor watches: always the actor's own, but for the alerts."""
    return DEFAULT_TENANT_ID if topic == INSTALLATION else actor.tenant_id


async def authorise(actor: Actor, topic: str) -> None:
    """Return where the actor may watch the topic. Raises NotFound, Forbidden, Unavailable.

    Tickets are watched by their author and staff, dialogs by their guest and staff, the tenant's queue, dialogs,
    documents, chatbot and leads by its staff, its money by its admins, a user's access, own tickets and own sessions
    with the chatbot by that user, the installation's alerts by everybody's staff.
    """
    if topic == INSTALLATION:
        _check_staff(actor)
        return
    parts = _TOPIC.fullmatch(topic)
    if parts is None:
        raise NotFound("topic", topic)
    if parts["ticket"]:
        async with unit_of_work(actor) as uow:
            await tickets.get(uow, int(parts["ticket"]))
    elif parts["dialog"]:
        async with unit_of_work(actor) as uow:
            await dialogs.get(uow, int(parts["dialog"]))
    elif parts["billing"]:
        _check_queue(actor, int(parts["billing"]))
        if not actor.is_admin:
            raise Forbidden
    elif parts["queue"]:
        _check_queue(actor, int(parts["queue"]))
    elif int(parts["user"]) != actor.user_id:
        raise Forbidden


def _check_queue(actor: Actor, tenant_id: int) -> None:
    if tenant_id != actor.tenant_id:
        raise NotFound("topic", tenant_id)
    _check_staff(actor)


def _check_staff(actor: Actor) -> None:
    if not actor.is_staff:
        raise Forbidden
