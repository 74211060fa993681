"""The command line. Commands import what they need when they run, so that ``opora --help`` is quick."""

import asyncio
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app.loading import uncollected
from config.threads import one_thread_each

_GATE = click.option("--gate", type=int, default=None, hidden=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opora", message="Opora %(version)s")
def cli() -> None:
    """Opora: tickets, live dialogs and grounded answers, on your own machine."""
    one_thread_each()


@cli.command()
@click.option("--host", default=None, help="Address to listen on (OPORA_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on (OPORA_PORT).")
@click.option("--demo/--no-demo", default=True, help="Load the demo tenant.", show_default=True)
@click.option("--follow-parent", is_flag=True, hidden=True, help="Stop when the process that started this ends.")
def up(host: str | None, port: int | None, demo: bool, follow_parent: bool) -> None:
    """Start everything: embedded servers, migrations, API, worker, scheduler."""
    from app.embedded.process import follow_parent as stop_with_parent
    from app.supervisor import Supervisor
    from config.settings import load_settings

    if follow_parent:
        stop_with_parent()
    given = {"OPORA_HOST": host, "OPORA_PORT": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    sys.exit(Supervisor(settings, demo=demo).run())


@cli.command()
@_GATE
def api(gate: int | None) -> None:
    """Serve HTTP and WebSockets."""
    from app.serve import load_application, serve

    with _process("api"):
        with uncollected():
            load_application()
        _wait(gate)
        serve()


@cli.command()
@_GATE
def worker(gate: int | None) -> None:
    """Run background jobs."""
    with uncollected():
        from app.worker import main as run

    with _process("worker"):
        _wait(gate)
        _complete(run())


@cli.command()
@_GATE
def scheduler(gate: int | None) -> None:
    """Run what is due by the clock; any number may run, one works."""
    with uncollected():
        from app.scheduler import main as run

    with _process("scheduler"):
        _wait(gate)
        _complete(run())


@cli.command()
def migrate() -> None:
    """Bring the database's roles and tables up to date."""
    from app.migrate import migrate as apply

    with _process("migrate"):
        _complete(apply())
    click.echo("The database is up to date.")


@cli.command(hidden=True)
@click.option("--demo", is_flag=True)
@_GATE
def prepare(demo: bool, gate: int | None) -> None:
    """Migrate, let those at the gate go, and load the demo tenant."""
    from app.migrate import migrate as apply

    with _process("prepare"):
        _complete(apply())
        if gate is not None:
            os.close(gate)
        if demo:
            from app.demo import load

            _complete(load())


@cli.group()
def user() -> None:
    """Manage people."""


@user.command("create")
@click.option("--email", required=True)
@click.option("--password", required=True)
@click.option("--role", required=True, type=click.Choice(["user", "agent", "moderator", "admin", "superadmin"]))
@click.option("--tenant", default="default", show_default=True, help="The tenant's slug.")
def create_user(email: str, password: str, role: str, tenant: str) -> None:
    """Create a user; the only way to make a superadmin."""
    from app.users import create

    with _process("user"):
        _complete(create(email=email, password=password, role=role, tenant=tenant))
    click.echo(f"{email} can sign in now, as {role} of the tenant {tenant}.")


@cli.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from schema.root import schema as graphql

    click.echo(graphql.as_str())


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document of the REST dialects."""
    from app.openapi import document

    click.echo(document())


@cli.group()
def kb() -> None:
    """Manage knowledge."""


@kb.command("import")
@click.argument("path", type=click.Path(exists=True, readable=True, path_type=Path))
@click.option("--tenant", required=True, help="The tenant's slug.")
@click.option("--source", default=None, help="A name for the source; the name of the file or folder when absent.")
def import_knowledge(path: Path, tenant: str, source: str | None) -> None:
    """Load a file or a folder (.md .txt .pdf .docx .csv .jsonl); a second run goes on where the first one stopped."""
    from app.knowledge import import_path

    with _process("kb"):
        _complete(import_path(path, tenant=tenant, source=source))


@cli.command()
@click.option("--tenant", default=None, help="The tenant's slug; all tenants when absent.")
def reindex(tenant: str | None) -> None:
    """Rebuild the vectors from the database."""
    from app.knowledge import reindex as rebuild

    with _process("reindex"):
        _complete(rebuild(tenant=tenant))


@cli.command()
@click.argument("path", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--files/--no-files", default=True, show_default=True, help="Take uploads along.")
@click.option("--with-secret", is_flag=True, help="Take the secret key along: guard the file as you guard the key.")
def backup(path: Path, files: bool, with_secret: bool) -> None:
    """Write database, uploads and settings into one file, while Opora runs."""
    from app.backup.create import backup as write

    with _process("backup"):
        manifest = _complete(write(path, files=files, secret=with_secret))
    click.echo(f"{path}: {sum(manifest.tables.values())} rows and {manifest.files} files.")
    if not with_secret:
        click.echo("The secret key is not in it. Keep it elsewhere: without it, what is sealed in here is lost.")


@cli.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option("--lose-secrets", is_flag=True, help="Restore under another secret key.")
def restore(path: Path, force: bool, lose_secrets: bool) -> None:
    """Put a backup in the place of what is here, and bring it up to this release. Nothing else may run meanwhile."""
    from app.backup.restore import changed_settings
    from app.backup.restore import restore as read

    with _process("restore"):
        manifest = _complete(read(path, force=force, lose_secrets=lose_secrets))
        changed = changed_settings(manifest)
    click.echo(f"Restored {sum(manifest.tables.values())} rows and {manifest.files} files of {manifest.at}.")
    if changed:
        click.echo("Set there, and otherwise here:\n  " + "\n  ".join(changed))


@cli.command()
def doctor() -> None:
    """Check every configured component, and say how to mend what is broken."""
    from app.doctor import run

    sys.exit(run())


@contextmanager
def _process(name: str) -> Iterator[None]:
    """Logging, and the servers that the settings leave to us."""
    from app.embedded.servers import reachable_servers
    from config.logging import configure_logging
    from config.settings import get_settings

    configure_logging(process=name)
    with reachable_servers(get_settings()):
        yield


def _wait(gate: int | None) -> None:
    from app.children import wait_at

    wait_at(gate)


def _complete(result: Any) -> Any:
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def main() -> None:
    """Entry point: expected failures are one line on standard error and exit code 1."""
    sys.exit(_report(cli.main))


def _report(command: Callable[..., Any]) -> int:
    from app.embedded.process import ServerFailed
    from config.settings import SettingsError
    from core.errors import DomainError

    try:
        command(prog_name="opora", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (SettingsError, ServerFailed, DomainError) as error:
        click.secho(f"opora: {error}", fg="red", err=True)
        return 1
    return 0


if __name__ == "__main__":
    main()
