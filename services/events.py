"""Reading the event log. It is written by the unit of work alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

import orjson

from core.errors import ResumeExpired
from core.events import Visibility
from services.unit_of_work import Row, SystemReason, UnitOfWork, system_unit_of_work

EVENT_COLUMNS = "e.tenant_id, e.topic, e.seq, e.kind, e.visibility, e.payload, e.created_at"

_REPLAY = f"SELECT {EVENT_COLUMNS} FROM events e WHERE tenant_id = $1 AND topic = $2 AND seq > $3 ORDER BY seq LIMIT $4"  # noqa: S608
_LAST = "SELECT topic, last_seq FROM event_topics WHERE tenant_id = $1 AND topic = ANY($2)"
_OLDEST = "SELECT min(seq) AS seq FROM events WHERE tenant_id = $1 AND topic = $2"
_LAG = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS seconds
FROM event_outbox o JOIN events e ON e.id = o.event_id
"""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One numbered event of one topic, as it stands in the log and as it travels, then with the ``trace`` it is of."""

    tenant_id: int
    topic: str
    seq: int
    kind: str
    visibility: Visibility
    payload: dict[str, Any]
    at: datetime
    trace: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, row: Row) -> Self:
        payload = row["payload"]
        return cls(
            tenant_id=row["tenant_id"],
            topic=row["topic"],
            seq=row["seq"],
            kind=row["kind"],
            visibility=Visibility(row["visibility"]),
            payload=orjson.loads(payload) if isinstance(payload, str) else payload,
            at=row["created_at"],
            trace=row.get("trace"),
        )

    def encode(self) -> bytes:
        """As it travels. Processes of the release before know no ``trace``: only where there is one is it named."""
        told = {name: getattr(self, name) for name in _FIELDS}
        return orjson.dumps(told if self.trace is None else told | {"trace": self.trace})

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """What a later release says besides is passed over. Raises ValueError, KeyError or TypeError for no event."""
        told = orjson.loads(data)
        known = {name: told[name] for name in _FIELDS}
        known["at"] = datetime.fromisoformat(known["at"])
        known["visibility"] = Visibility(known["visibility"])
        return cls(**known, trace=told.get("trace"))


_FIELDS = tuple(each.name for each in fields(StoredEvent) if each.name != "trace")


async def replay(uow: UnitOfWork, topic: str, *, after: int, limit: int) -> list[StoredEvent]:
    """Up to ``limit`` events of a topic of the actor's tenant with numbers above ``after``, in order.

    Raises ResumeExpired where the number after ``after`` is no longer kept although later ones were given out.
    """
    rows = await uow.rows(_REPLAY, uow.tenant_id, topic, after, limit)
    if rows and rows[0]["seq"] != after + 1:
        raise ResumeExpired(rows[0]["seq"] - 1)
    return [StoredEvent.of(row) for row in rows]


async def last_seqs(uow: UnitOfWork, topics: Iterable[str]) -> dict[str, int]:
    """The highest number given out in each topic of the actor's tenant; 0 for a topic that has none."""
    wanted = list(topics)
    rows = await uow.rows(_LAST, uow.tenant_id, wanted)
    return dict.fromkeys(wanted, 0) | {row["topic"]: row["last_seq"] for row in rows}


async def last_seq(uow: UnitOfWork, topic: str) -> int:
    return (await last_seqs(uow, [topic]))[topic]


async def check_resumable(uow: UnitOfWork, topic: str, after: int) -> None:
    """Raises ResumeExpired unless every event after ``after`` is still kept and ``after`` was ever given out."""
    last = await last_seq(uow, topic)
    row = await uow.row(_OLDEST, uow.tenant_id, topic)
    kept_from = row["seq"] if row and row["seq"] is not None else last + 1
    if not kept_from - 1 <= after <= last:
        raise ResumeExpired(kept_from - 1)


async def outbox_lag() -> float:
    """Age in seconds of the oldest committed event that the relay has not handed on; 0 where there is none."""
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        row = await statements.row(_LAG)
    return float(row["seconds"]) if row else 0.0
