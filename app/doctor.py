"""``opora doctor``: looks at every configured component and says how to mend what is broken."""

import asyncio
import logging

import click
import structlog

from app.checks import CHECKS, Finding, Level, examine
from app.embedded.process import ServerFailed
from app.embedded.servers import reachable_servers
from config.database import close_database, open_database
from config.logging import Redactor, known_secrets
from config.settings import Settings, get_settings

_SIGNS = {Level.OK: ("✓", "green"), Level.WARN: ("!", "yellow"), Level.FAIL: ("✗", "red")}


def run() -> int:
    """Print a line for each component; returns 1 when one of them fails, else 0. Raises SettingsError."""
    # What goes wrong is printed as a finding; the clients' own lines would only repeat it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.ERROR)
    settings = get_settings()
    try:
        with reachable_servers(settings):
            findings = asyncio.run(_examine_all(get_settings()))
    except ServerFailed as error:
        embedded = Finding("servers", Level.FAIL, str(error), f"look into {settings.data_dir / 'logs'}")
        findings = [embedded, *asyncio.run(_examine_all(settings))]
    redact = Redactor(known_secrets(settings))
    for finding in findings:
        _print(finding, redact)
    worst = {finding.level for finding in findings}
    click.echo()
    click.echo("Something is broken." if Level.FAIL in worst else "Opora can run.")
    return int(Level.FAIL in worst)


async def _examine_all(settings: Settings) -> list[Finding]:
    if settings.database.url is None:
        return list(await asyncio.gather(*(examine(subject, settings) for subject in CHECKS)))
    await open_database(settings)
    try:
        return list(await asyncio.gather(*(examine(subject, settings) for subject in CHECKS)))
    finally:
        await close_database()


def _print(finding: Finding, redact: Redactor) -> None:
    sign, colour = _SIGNS[finding.level]
    click.echo(f"{click.style(sign, fg=colour)} {finding.subject:<12}{redact.text(finding.text)}")
    if finding.mend:
        click.secho(f"  {'':<12}{finding.mend}", fg=colour)
