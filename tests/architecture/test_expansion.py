"""Migrations let the release before them go on working: else no upgrade is without an interruption."""

import importlib

import pytest
from tortoise import fields
from tortoise.migrations import operations as ops
from tortoise.migrations.migration import Migration

from migrations._scripts import index_beside_work
from tests.architecture.expansion import faults
from tests.architecture.source import ROOT

SINCE = "0013"
"""The first migration that has to: those before it were released with another promise."""
NAMES = sorted(path.stem for path in (ROOT / "migrations").glob("[0-9]*.py") if path.stem >= SINCE)
# A migration, the beginning of what it does all the same, and why nobody is interrupted.
EXCEPTIONS: dict[tuple[str, str], str] = {}


@pytest.mark.parametrize("name", NAMES)
def test_the_release_before_survives(name: str) -> None:
    found = list(faults(importlib.import_module(f"migrations.{name}").Migration))
    excused = [begin for (migration, begin) in EXCEPTIONS if migration == name]
    assert [fault for fault in found if not any(fault.startswith(begin) for begin in excused)] == []
    assert [begin for begin in excused if not any(fault.startswith(begin) for fault in found)] == []


def of(*operations: ops.Operation, atomic: bool = True) -> list[str]:
    made = type("Migration", (Migration,), {"operations": list(operations), "atomic": atomic})
    return list(faults(made))


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE tickets",
        "DROP FUNCTION users_found(text)",
        "ALTER TABLE tickets RENAME COLUMN title TO subject",
        "ALTER TABLE tickets\n  ADD COLUMN mood text NOT NULL",
        "ALTER TABLE tickets ALTER COLUMN title SET NOT NULL",
        "ALTER TABLE tickets ALTER COLUMN title TYPE text",
        "ALTER TABLE tickets ADD CONSTRAINT short CHECK (length(title) < 9)",
        "ALTER TABLE tickets ADD CONSTRAINT one UNIQUE (title)",
        "SELECT 1; -- harmless\nCREATE INDEX by_title ON tickets (title)",
        "CREATE UNIQUE INDEX CONCURRENTLY by_title ON tickets (title)",
        "CREATE INDEX CONCURRENTLY by_title ON tickets (title)",
        "UPDATE tickets SET title = ''",
        "CREATE TRIGGER t BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE POLICY mine ON tickets AS RESTRICTIVE USING (false)",
        "REVOKE INSERT ON tickets FROM opora_app",
    ],
)
def test_what_the_release_before_would_not_survive_is_found(sql: str) -> None:
    assert of(ops.RunSQL(sql)) != []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE moods (id bigint); CREATE UNIQUE INDEX i ON moods (id); ALTER TABLE moods ADD CHECK (id > 0)",
        "ALTER TABLE tickets ADD COLUMN mood text",
        "ALTER TABLE tickets ADD COLUMN mood text NOT NULL DEFAULT 'calm'",
        "ALTER TABLE tickets ADD CONSTRAINT short CHECK (length(title) < 9) NOT VALID",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM tickets; DROP TABLE tickets $$",
        "GRANT SELECT ON tickets TO opora_app; REVOKE CREATE ON SCHEMA public FROM opora_system",
        "COMMENT ON TABLE tickets IS 'DROP TABLE tickets; UPDATE tickets'",
        "-- DROP TABLE tickets;\nSELECT 1",
    ],
)
def test_what_it_does_survive_passes(sql: str) -> None:
    assert of(ops.RunSQL(sql)) == []


def test_columns_and_models() -> None:
    assert of(ops.AddField(model_name="T", name="a", field=fields.TextField(null=True, unique=False))) == []
    assert of(ops.AddField(model_name="T", name="a", field=fields.IntField(db_default=0))) == []
    assert len(of(ops.AddField(model_name="T", name="a", field=fields.IntField()))) == 1
    assert len(of(ops.AddField(model_name="T", name="a", field=fields.IntField(null=True, db_index=True)))) == 1
    assert len(of(ops.RemoveField(model_name="T", name="a"))) == 1


def test_an_index_is_made_beside_the_work() -> None:
    operations = index_beside_work("by_title", "ON tickets (title)")
    assert of(*operations, atomic=False) == []
    assert len(of(*operations)) == 2


def test_a_migration_locks_one_table_in_use() -> None:
    first, second = (ops.AddField(model_name=name, name="a", field=fields.TextField(null=True)) for name in "TU")
    assert of(first) == of(second) == []
    assert len(of(first, second)) == 1
    assert of(first, second, atomic=False) == []
