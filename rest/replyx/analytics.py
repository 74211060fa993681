"""📊 Мониторинг и аналитика: figures of a period, and what clients tell of their first steps."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from models.billing import ServiceType
from rest.decoding import check_free_json
from rest.operations import Examples, Group, Id
from rest.replyx import admin_examples as examples
from rest.replyx.words import moment, money
from rest.shapes import NOT_BLANK, Moment
from services import analytics
from services.analytics import Overview, Span
from services.periods import bound
from services.rate_limits import Bucket

group = Group("Мониторинг и аналитика", Bucket.OTHER)

_EVENT_LIMIT = 32 * 1024


class OverviewQuery(msgspec.Struct):
    """Dates are days of UTC or moments; ``to_date`` as a day is counted whole. They come before ``period``."""

    period: Literal["day", "week", "month"] = "week"
    from_date: Moment | UnsetType = UNSET
    to_date: Moment | UnsetType = UNSET


class RevenueByService(msgspec.Struct):
    widget_messages: float
    telegram_messages: float
    balance_top_ups: float


class RevenueView(msgspec.Struct):
    total: float
    by_service: RevenueByService


class AiUsageView(msgspec.Struct):
    """Tokens by the model that used them."""

    total_tokens: int
    cost: float
    by_model: dict[str, int]


class MetricsView(msgspec.Struct):
    total_users: int
    new_users: int
    active_dialogs: int
    total_messages: int
    revenue: RevenueView
    ai_usage: AiUsageView


class OverviewView(msgspec.Struct):
    period: str
    from_date: datetime
    to_date: datetime
    metrics: MetricsView

    @classmethod
    def of(cls, period: str, overview: Overview) -> "OverviewView":
        services = {service: money(amount) for service, amount in overview.revenue.items()}
        metrics = MetricsView(
            total_users=overview.total_users,
            new_users=overview.new_users,
            active_dialogs=overview.active_dialogs,
            total_messages=overview.total_messages,
            revenue=RevenueView(
                total=money(sum(overview.revenue.values(), Decimal(0))),
                by_service=RevenueByService(
                    widget_messages=services[ServiceType.WIDGET_MESSAGE],
                    telegram_messages=services[ServiceType.TELEGRAM_MESSAGE],
                    balance_top_ups=services[ServiceType.TOP_UP],
                ),
            ),
            ai_usage=AiUsageView(sum(overview.tokens.values()), money(overview.cost), dict(overview.tokens)),
        )
        return cls(period, moment(overview.period.start), moment(overview.period.end), metrics)


class NewEvent(msgspec.Struct):
    """``user_id`` is what a client without a token says of itself; a token says it better."""

    event_type: Annotated[str, msgspec.Meta(min_length=1, max_length=64, extra_json_schema=NOT_BLANK)]
    user_id: Id | None = None
    session_id: Annotated[str, msgspec.Meta(max_length=128)] = ""
    properties: dict[str, Any] = msgspec.field(default_factory=dict)


class EventView(msgspec.Struct):
    event_id: int
    created_at: datetime
    success: bool = True


@group.get(
    "/admin/analytics/overview", "Общая аналитика системы", role=Role.SUPERADMIN,
    examples=Examples(response=examples.OVERVIEW),
)  # fmt: skip
async def analytics_overview(actor: Actor, query: OverviewQuery) -> OverviewView:
    """Только для администратора установки. Без дат период кончается сейчас."""
    start = None if query.from_date is UNSET else bound(query.from_date, "from_date", ends=False)
    end = None if query.to_date is UNSET else bound(query.to_date, "to_date", ends=True)
    overview = await analytics.overview(actor, span=Span(query.period), start=start, end=end)
    return OverviewView.of(query.period, overview)


@group.post(
    "/start-analytics/event", "Отправка аналитического события", role=None, status=201, body_limit=_EVENT_LIMIT,
    examples=Examples(examples.EVENT, examples.EVENT_STORED),
)  # fmt: skip
async def send_analytics_event(body: NewEvent, actor: Actor | None) -> EventView:
    """Токен не обязателен: первые шаги делают до входа."""
    check_free_json(body.properties, "properties")
    event = await analytics.record(
        actor,
        event_type=body.event_type,
        session_id=body.session_id,
        claimed_user_id=body.user_id,
        properties=body.properties,
    )
    return EventView(event.id, moment(event.created_at))
