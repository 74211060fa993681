"""📡 Server-Sent Events and 🔌 WebSocket API: a dialog as it happens. Frames: :mod:`realtime.frames.replyx`."""

from collections.abc import Sequence
from functools import partial

import msgspec
import orjson
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from core.actor import Role
from core.errors import DomainError, NotAuthenticated
from core.refusals.streams import InvalidLastEventId, StreamAuthFailed
from realtime.connection import Ear
from realtime.dialog_ear import DialogEar
from realtime.dialog_socket import DialogDialect, serve_dialog_socket
from realtime.dialog_sse import EventStream, StreamDialect
from realtime.dialog_stream import present_seq
from realtime.dialog_visits import Credentials, Visit, VisitorKind, enter
from realtime.frames import replyx as frames
from realtime.frames.replyx import Surface
from realtime.stream_leases import LEASES
from realtime.websocket import is_number
from rest.operations import Examples, Group, Origin
from rest.problems import problem_of
from rest.replyx.errors import replyx_error
from services.client_ip import client_ip
from services.rate_limits import Bucket, RateLimiter, by_address, by_person

group = Group("Server-Sent Events", Bucket.OTHER)

_STATS = {
    "total_connections": 45,
    "connections_by_type": {"admin": 12, "widget": 28, "site": 5},
    "average_duration": "00:15:30",
    "events_sent_today": 1250,
}


class EventsQuery(msgspec.Struct):
    """Who watches: ``token`` for staff; ``site_token`` or ``assistant_id`` for a page's visitor, with the signed
    ``guest_id`` of one who was here before, or ``guest_token``. ``last_event_id`` stands in for the header."""

    token: str | None = None
    site_token: str | None = None
    assistant_id: str | None = None
    guest_id: str | None = None
    guest_token: str | None = None
    last_event_id: str | None = None


class ConnectionsView(msgspec.Struct):
    admin: int
    widget: int
    site: int


class StreamStatsView(msgspec.Struct):
    total_connections: int
    connections_by_type: ConnectionsView
    average_duration: str
    events_sent_today: int


@group.get(
    "/dialogs/{dialog_id}/events", "SSE stream событий диалога", role=None, errors=(400, 401, 403, 404),
)  # fmt: skip
async def dialog_events(dialog_id: str, query: EventsQuery, headers: Headers, origin: Origin) -> EventStream:
    """`dialog_id` посетителя сайта может быть `new`: открывается его диалог. `Last-Event-ID` продолжает поток без
    пропусков и повторов; если пропущенное больше не хранится, об этом говорит событие `error`, и поток завершается:
    его `id` — номер, с которого можно продолжить.
    """
    given = {name: value for name, value in msgspec.structs.asdict(query).items() if value}
    try:
        visit = await enter(Credentials.of(given, headers), dialog_id)
    except NotAuthenticated as error:
        raise StreamAuthFailed(error.message) from error
    # A browser that reconnects by itself says in the header where it was, and in the query where it began.
    after = await _after(headers.get("last-event-id") or query.last_event_id, visit)
    lease = await LEASES.take(visit.kind, by_person(visit.actor), by_address(origin.address))
    return EventStream(visit, lease, _STREAM, after)


@group.get(
    "/sse/stats", "Статистика SSE соединений (только админ)", role=Role.SUPERADMIN,
    examples=Examples(response=_STATS),
)  # fmt: skip
async def stream_stats() -> StreamStatsView:
    """Соединения всех процессов; средняя длительность — открытых и завершённых сегодня (UTC)."""
    figures = await LEASES.figures()
    counts = figures.by_kind
    minutes, seconds = divmod(round(figures.average_s), 60)
    return StreamStatsView(
        total_connections=sum(counts.values()),
        connections_by_type=ConnectionsView(
            counts[VisitorKind.ADMIN], counts[VisitorKind.WIDGET], counts[VisitorKind.SITE]
        ),
        average_duration=f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}",
        events_sent_today=figures.events_today,
    )


def socket_routes(limiter: RateLimiter) -> Sequence[BaseRoute]:
    """Beside the dialect's prefix, as the document has it."""

    async def admit(address: str, credentials: Credentials) -> None:
        if credentials.makes_a_guest:
            (await limiter.check(Bucket.OTHER, address)).enforce()

    async def listen(address: str, visit: Visit) -> Ear:
        return DialogEar(visit.actor, visit.dialog_id, limiter, _refusal, address)

    async def dialog_socket(websocket: WebSocket) -> None:
        address = by_address(client_ip(websocket.scope))
        dialect = DialogDialect(
            render=partial(frames.render, Surface.SOCKET),
            render_passing=partial(frames.render_passing, Surface.SOCKET),
            greet=lambda visit, seq: frames.established(visit, f"{visit.kind}_{visit.dialog_id}", seq),
            refuse=_refusal,
            admit=partial(admit, address),
            listen=partial(listen, address),
        )
        await serve_dialog_socket(websocket, dialect)

    return [WebSocketRoute("/ws/dialogs/{dialog_id}", dialog_socket)]


async def _after(given: str | None, visit: Visit) -> int:
    """The number to go on behind. Raises InvalidLastEventId for what is no number that was ever given out."""
    present = await present_seq(visit.actor, visit.dialog_id)
    if not given:
        return present
    if not is_number(given) or int(given) > present:
        raise InvalidLastEventId
    return int(given)


def _refusal(error: DomainError) -> str:
    """A failure as a frame: the body that a response of the dialect would have."""
    return orjson.dumps({"type": "error", **orjson.loads(replyx_error(problem_of(error)))}).decode()


_STREAM = StreamDialect(
    render=partial(frames.render, Surface.STREAM),
    render_passing=partial(frames.render_passing, Surface.STREAM),
    established=frames.established,
    refuse=_refusal,
    ping=frames.stream_ping,
)
