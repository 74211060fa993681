"""How the parts of the installation are, for its superadmin."""

from collections.abc import Sequence
from typing import Self

import strawberry

from config.redis import RedisState
from schema.types.rows import copier
from schema.types.scalars import BigInt
from services.ai_providers import ProviderState, ProviderStatus
from services.installation_health import DatabaseState, InstallationHealth

strawberry.enum(ProviderStatus, name="AiProviderStatus", description="How an endpoint of chat models does.")

_DATABASE = copier("pool_size", "connections", "response_ms", "active_bots")
_PROVIDER = copier("name", "status", "response_ms", "success_rate")


@strawberry.type(description="PostgreSQL, and what stands in it.")
class DatabaseHealth:
    pool_size: int = strawberry.field(description="Of one process.")
    connections: int = strawberry.field(description="Of all processes.")
    response_ms: float
    active_bots: int
    upload_bytes: BigInt
    log_bytes: BigInt

    @classmethod
    def of(cls, state: DatabaseState) -> Self:
        return cls(upload_bytes=BigInt(state.upload_bytes), log_bytes=BigInt(state.log_bytes), **_DATABASE(state))


@strawberry.type(description="The Redis-compatible server.")
class RedisHealth:
    memory_bytes: BigInt
    clients: int

    @classmethod
    def of(cls, state: RedisState) -> Self:
        return cls(memory_bytes=BigInt(state.memory_bytes), clients=state.clients)


@strawberry.type(description="An endpoint of chat models, over the last day.")
class AiProvider:
    name: str
    status: ProviderStatus
    response_ms: int
    success_rate: float = strawberry.field(description="In percent; 100 where nothing was asked.")


@strawberry.type(name="InstallationHealth", description="Every part; null stands for one that does not answer.")
class InstallationHealthType:
    healthy: bool
    database: DatabaseHealth | None
    redis: RedisHealth | None
    processes: int = strawberry.field(description="Ours, on the machine that answers.")
    uptime_seconds: BigInt
    free_bytes: BigInt = strawberry.field(description="Room in the data directory's file system.")
    open_sockets: int = strawberry.field(description="WebSockets of all processes.")
    ai_providers: list[AiProvider]

    @classmethod
    def of(cls, health: InstallationHealth, open_sockets: int, providers: Sequence[ProviderState]) -> Self:
        return cls(
            healthy=health.is_healthy,
            database=None if health.database is None else DatabaseHealth.of(health.database),
            redis=None if health.redis is None else RedisHealth.of(health.redis),
            processes=health.processes.processes,
            uptime_seconds=BigInt(health.processes.uptime_s),
            free_bytes=BigInt(health.free_bytes),
            open_sockets=open_sockets,
            ai_providers=[AiProvider(**_PROVIDER(provider)) for provider in providers],
        )
