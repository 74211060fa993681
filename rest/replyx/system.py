"""🔧 Административные API and 📊 Мониторинг: how the parts of the installation are."""

from datetime import datetime
from typing import Literal

import msgspec

from core.actor import Actor, Role
from core.clock import now
from realtime.gateway import GATEWAY, GatewayFigures
from rest.operations import Examples, Group
from rest.replyx import admin_examples as examples
from rest.replyx.spans import size, uptime
from rest.replyx.words import moment
from services import ai_providers, installation_health
from services.ai_providers import ProviderState
from services.installation_health import InstallationHealth
from services.rate_limits import Bucket

group = Group("Мониторинг и аналитика", Bucket.OTHER)

Status = Literal["healthy", "degraded", "down"]


class DatabaseView(msgspec.Struct):
    """``pool_size`` is that of one process, ``active_connections`` those of all."""

    connected: bool
    pool_size: int
    active_connections: int


class RedisView(msgspec.Struct):
    connected: bool
    memory_usage: str


class BotsView(msgspec.Struct):
    active_bots: int
    total_processes: int
    uptime: str


class DiskView(msgspec.Struct):
    uploads: str
    logs: str
    available: str


class AdminHealthView(msgspec.Struct):
    status: Status
    database: DatabaseView
    redis: RedisView
    bot_manager: BotsView
    disk_usage: DiskView

    @classmethod
    def of(cls, health: InstallationHealth) -> "AdminHealthView":
        database, redis = health.database, health.redis
        return cls(
            status=_status(health),
            database=DatabaseView(
                database is not None,
                0 if database is None else database.pool_size,
                0 if database is None else database.connections,
            ),
            redis=RedisView(redis is not None, size(0 if redis is None else redis.memory_bytes)),
            bot_manager=BotsView(
                0 if database is None else database.active_bots,
                health.processes.processes,
                uptime(health.processes.uptime_s),
            ),
            disk_usage=DiskView(
                size(0 if database is None else database.upload_bytes),
                size(0 if database is None else database.log_bytes),
                size(health.free_bytes),
            ),
        )


class DatabaseService(msgspec.Struct):
    status: Status
    response_time: str
    active_connections: int
    pool_size: int


class RedisService(msgspec.Struct):
    status: Status
    memory_usage: str
    connected_clients: int


class ProviderService(msgspec.Struct):
    """Times and successes are those of the last day."""

    status: Status
    response_time: str
    success_rate: str


class GatewayService(msgspec.Struct):
    status: Status
    active_connections: int
    total_connections: int
    uptime: str


class ServicesView(msgspec.Struct):
    database: DatabaseService
    redis: RedisService
    ai_providers: dict[str, ProviderService]
    websocket_gateway: GatewayService


class HealthView(msgspec.Struct):
    status: Status
    timestamp: datetime
    services: ServicesView


@group.get(
    "/admin/system/health", "Статус системы", role=Role.SUPERADMIN, examples=Examples(response=examples.ADMIN_HEALTH)
)  # fmt: skip
async def admin_system_health(actor: Actor) -> AdminHealthView:
    """Часть, которая не отвечает, так и показана: сам ответ от неё не зависит."""
    return AdminHealthView.of(await installation_health.check())


@group.get(
    "/system/health", "Проверка состояния системы", role=None, examples=Examples(response=examples.HEALTH)
)  # fmt: skip
async def system_health() -> HealthView:
    """Без токена: этим путём пользуются проверки доступности."""
    health = await installation_health.check()
    providers = await ai_providers.states() if health.database is not None else []
    services = ServicesView(
        database=_database(health),
        redis=_redis(health),
        ai_providers={provider.name: _provider(provider) for provider in providers},
        websocket_gateway=_gateway(health, await GATEWAY.figures()),
    )
    return HealthView(_status(health), moment(now()), services)


def _status(health: InstallationHealth) -> Status:
    return "healthy" if health.is_healthy else "down" if health.database is None else "degraded"


def _database(health: InstallationHealth) -> DatabaseService:
    database = health.database
    if database is None:
        return DatabaseService("down", "0ms", 0, 0)
    return DatabaseService("healthy", f"{database.response_ms:.0f}ms", database.connections, database.pool_size)


def _redis(health: InstallationHealth) -> RedisService:
    if health.redis is None:
        return RedisService("down", "0B", 0)
    return RedisService("healthy", size(health.redis.memory_bytes), health.redis.clients)


def _provider(provider: ProviderState) -> ProviderService:
    return ProviderService(provider.status.value, f"{provider.response_ms}ms", f"{provider.success_rate:.1f}%")


def _gateway(health: InstallationHealth, figures: GatewayFigures) -> GatewayService:
    # Without Redis sockets live on what the log says: later, and none is lost.
    status: Status = "healthy" if health.redis is not None else "degraded"
    return GatewayService(status, figures.open, figures.total, uptime(health.processes.uptime_s))
