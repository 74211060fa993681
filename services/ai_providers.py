"""How the endpoints of chat models did lately, by a name that tells who they are and not where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from config.settings import get_settings
from services.ai_tries import CUT_OFF
from services.unit_of_work import Row, SystemReason, system_unit_of_work

WINDOW_DAYS = 1
_HEALTHY_PERCENT = 98.0
_DOWN_PERCENT = 50.0
_NAMES: Mapping[str, str] = {
    "openai.com": "openai",
    "yandex.net": "yandexgpt",
    "yandexcloud.net": "yandexgpt",
    "anthropic.com": "anthropic",
    "mistral.ai": "mistral",
    "sber.ru": "gigachat",
    "sberdevices.ru": "gigachat",
}
_OTHER = "custom"
_ENDPOINTS = """
SELECT coalesce(t.base_url, $1) AS base_url, count(u.id) AS requests,
    count(u.error) FILTER (WHERE u.error <> $3) AS failures,
    coalesce(avg(u.duration_ms) FILTER (WHERE u.error IS NULL), 0)::float8 AS mean_ms
FROM (SELECT id, base_url FROM ai_tokens WHERE is_active UNION ALL SELECT NULL, NULL) AS t
    LEFT JOIN ai_usage u ON u.token_id IS NOT DISTINCT FROM t.id AND u.created_at > now() - make_interval(days => $2)
WHERE coalesce(t.base_url, $1) IS NOT NULL
GROUP BY 1
"""


class ProviderStatus(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ProviderState:
    """Of the last day. ``success_rate`` is in percent, 100 where nothing was asked; ``response_ms`` a mean."""

    name: str
    status: ProviderStatus
    response_ms: int
    success_rate: float


async def states() -> list[ProviderState]:
    """Every configured provider, by name; none where answers are extracted."""
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        rows = await statements.rows(_ENDPOINTS, get_settings().llm.base_url, WINDOW_DAYS, CUT_OFF)
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(_name(row["base_url"]), []).append(row)
    return [_state(name, named[name]) for name in sorted(named)]


def _name(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    return next((name for domain, name in _NAMES.items() if host == domain or host.endswith(f".{domain}")), _OTHER)


def _state(name: str, rows: list[Row]) -> ProviderState:
    requests = sum(row["requests"] for row in rows)
    answered = requests - sum(row["failures"] for row in rows)
    rate = 100.0 * answered / requests if requests else 100.0
    spent = sum(row["mean_ms"] * (row["requests"] - row["failures"]) for row in rows)
    status = ProviderStatus.DEGRADED if rate >= _DOWN_PERCENT else ProviderStatus.DOWN
    return ProviderState(
        name=name,
        status=ProviderStatus.HEALTHY if rate >= _HEALTHY_PERCENT else status,
        response_ms=round(spent / answered) if answered else 0,
        success_rate=round(rate, 1),
    )
