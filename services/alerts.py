"""Alerts: they open when a metric of a machine stays at its threshold, and close by themselves.

What is open is decided anew from the samples that are stored, so a run that was cut, or done twice, changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import get_settings
from core import clock
from core.actor import system_actor
from core.events import Event
from core.facts.monitoring import AlertClosed, AlertOpened, AlertRaised
from core.languages import Language
from core.paging import CursorPage, Slice
from models.monitoring import Alert, Metric, Severity
from models.tenants import DEFAULT_TENANT_ID
from services.unit_of_work import Row, UnitOfWork, unit_of_work
from services.wording.texts import wording

HYSTERESIS = 5.0
"""Points below the threshold at which an alert closes: a value that trembles at it opens no alert a minute."""
_SILENT_AFTER_S = 300.0
"""A machine that gave no sample for so long is not watched any more: nobody can say that its alerts still hold."""

_RECENT = """
SELECT h.host, s.taken_at, s.cpu, s.memory, s.disk
FROM (SELECT DISTINCT host FROM metric_samples WHERE taken_at > $1) h
CROSS JOIN LATERAL (
    SELECT taken_at, cpu, memory, disk FROM metric_samples
    WHERE host = h.host AND period_s = $2 AND taken_at > $1 ORDER BY taken_at DESC LIMIT $3
) s
ORDER BY h.host, s.taken_at
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Percentages, and how many samples in a row have to reach them."""

    warning: float
    samples: int

    @property
    def critical(self) -> float:
        return self.warning + (100.0 - self.warning) / 2

    @property
    def clear(self) -> float:
        """Below it an open alert closes."""
        return self.warning - HYSTERESIS

    def threshold(self, severity: Severity) -> float:
        return self.critical if severity is Severity.CRITICAL else self.warning


def rules() -> Mapping[Metric, Rule]:
    """As the settings have them."""
    chosen = get_settings().monitoring
    return {
        Metric.CPU: Rule(chosen.alert_cpu_percent, chosen.alert_samples),
        Metric.MEMORY: Rule(chosen.alert_memory_percent, chosen.alert_samples),
        Metric.DISK: Rule(chosen.alert_disk_percent, chosen.alert_samples),
    }


def severity_after(present: Severity | None, values: Sequence[float], rule: Rule) -> Severity | None:
    """How severe it is now: ``values`` are samples that follow one another, oldest first; None where all is well.

    An open alert never becomes less severe: it closes.
    """
    if present is not None and values and values[-1] < rule.clear:
        return None
    lowest = min(values[-rule.samples :]) if len(values) >= rule.samples else 0.0
    if present is Severity.CRITICAL or lowest >= rule.critical:
        return Severity.CRITICAL
    return Severity.WARNING if present is not None or lowest >= rule.warning else None


def message(alert: Alert, language: Language) -> str:
    """What the alert says to people."""
    figures = {"value": f"{alert.value:.1f}", "threshold": f"{alert.threshold:g}"}
    return wording(language).render(f"alert_{alert.metric}", host=alert.host, **figures)


async def evaluate() -> int:
    """Open, raise and close what the stored samples ask for; how many alerts changed."""
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        series = await _series(uow)
        # Locked: another scheduler that still believes to lead decides after this one, from what it left.
        found = await Alert.filter(closed_at=None).select_for_update()
        still_open = {(alert.host, Metric(alert.metric)): alert for alert in found}
        facts = [fact for host, rows in series.items() for fact in await _watch(host, rows, still_open)]
        facts += await _close_silent(series, still_open.values())
        uow.emit(*facts)
    return len(facts)


def require_staff(uow: UnitOfWork) -> None:
    """Raises Forbidden below agent: the dashboard is for staff."""
    uow.actor.require_staff()


async def count_open(uow: UnitOfWork) -> int:
    row = await uow.row("SELECT count(*) AS n FROM alerts WHERE closed_at IS NULL")
    return int(row["n"]) if row else 0


async def page_alerts(uow: UnitOfWork, page: CursorPage, *, is_open: bool | None = None) -> Slice[Alert]:
    """Alerts of the installation, newest first; the cursor is the id. ``is_open`` None asks for all.

    Raises Forbidden below agent.
    """
    require_staff(uow)
    alerts = Alert.all() if page.after is None else Alert.filter(id__lt=page.after)
    if is_open is not None:
        alerts = alerts.filter(closed_at__isnull=is_open)
    rows = await alerts.order_by("-id").limit(page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def by_id(uow: UnitOfWork, alert_id: int) -> Alert | None:
    return await Alert.get_or_none(id=alert_id)


async def _series(uow: UnitOfWork) -> dict[str, list[Row]]:
    """The latest unbroken run of samples of each machine that is heard of, oldest first."""
    chosen = get_settings().monitoring
    period = chosen.metrics_period_s
    since = clock.now() - timedelta(seconds=max(_SILENT_AFTER_S, period * (chosen.alert_samples + 1)))
    runs: dict[str, list[Row]] = {}
    for row in await uow.rows(_RECENT, since, period, chosen.alert_samples):
        run = runs.setdefault(row["host"], [])
        if run and row["taken_at"] - run[-1]["taken_at"] > timedelta(seconds=period * 2):
            run.clear()
        run.append(row)
    return runs


async def _watch(host: str, rows: Sequence[Row], still_open: Mapping[tuple[str, Metric], Alert]) -> list[Event]:
    facts: list[Event] = []
    for metric, rule in rules().items():
        values = [float(row[metric.value]) for row in rows]
        alert = still_open.get((host, metric))
        severity = severity_after(alert.severity if alert else None, values, rule)
        moment: datetime = rows[-1]["taken_at"]
        if alert is None and severity is not None:
            facts.append(AlertOpened(await _open(host, metric, severity, values[-1], rule, moment)))
        elif alert is not None and severity is None:
            facts.append(AlertClosed(await _close(alert)))
        elif alert is not None and severity is not alert.severity and severity is not None:
            facts.append(AlertRaised(await _raise(alert, severity, values[-1], rule)))
    return facts


async def _open(host: str, metric: Metric, severity: Severity, value: float, rule: Rule, moment: datetime) -> int:
    alert = Alert(
        host=host,
        metric=metric,
        severity=severity,
        value=value,
        threshold=rule.threshold(severity),
        opened_at=moment,
    )
    alert.message = message(alert, Language.ENGLISH)
    await alert.save()
    return int(alert.id)


async def _raise(alert: Alert, severity: Severity, value: float, rule: Rule) -> int:
    alert.severity, alert.value, alert.threshold = severity, value, rule.threshold(severity)
    alert.message = message(alert, Language.ENGLISH)
    await alert.save(update_fields=["severity", "value", "threshold", "message"])
    return int(alert.id)


async def _close(alert: Alert) -> int:
    alert.closed_at = clock.now()
    await alert.save(update_fields=["closed_at"])
    return int(alert.id)


async def _close_silent(series: Mapping[str, object], still_open: Iterable[Alert]) -> list[Event]:
    return [AlertClosed(await _close(alert)) for alert in still_open if alert.host not in series]
