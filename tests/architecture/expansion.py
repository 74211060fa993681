"""What a migration may do while the release before it goes on working, and what it may not.

docs/operating.md has the rules for people. A statement is judged by its words alone: bodies of functions are left out,
and tables that the migration itself creates may be treated in any way, for nobody uses them yet.
"""

import re
from collections.abc import Iterator
from typing import Any

from tortoise.migrations import operations as ops
from tortoise.migrations.migration import Migration

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_BODY = re.compile(r"(\$\w*\$).*?\1", re.DOTALL)
_TEXT = re.compile(r"'(?:[^']|'')*'")
_ON = re.compile(
    r"^(?:ALTER TABLE (?:IF EXISTS )?|CREATE .*?\bON |UPDATE |DELETE FROM |TRUNCATE (?:TABLE )?|LOCK (?:TABLE )?)"
    r"(?:ONLY )?\"?(\w+)",
    re.IGNORECASE,
)
# What is refused on tables that are in use, and why.
REFUSED = {
    r"^DROP (?!INDEX CONCURRENTLY)": "the release before may still use it: drop it one release later",
    r"^ALTER \w+ .*\bRENAME\b": "the release before knows the old name",
    r"\bSET NOT NULL\b": "the release before may leave it out",
    r"\bADD COLUMN\b(?!.*\bDEFAULT\b).*\bNOT NULL\b": "the release before does not fill it",
    r"\bALTER COLUMN \w+ (SET DATA )?TYPE\b": "the table is rewritten, and the release before sends the old type",
    r"^ALTER TABLE .*\bADD (CONSTRAINT \w+ )?(CHECK|FOREIGN KEY)\b(?!.*\bNOT VALID\b)": "every row is read: NOT VALID",
    r"^ALTER TABLE .*\bADD (CONSTRAINT \w+ )?(UNIQUE|PRIMARY KEY|EXCLUDE)\b": "the release before may break it",
    r"^CREATE UNIQUE INDEX\b": "the release before may break it",
    r"^CREATE INDEX (?!CONCURRENTLY)": "nobody writes to the table while it is built: index_beside_work",
    r"^(UPDATE|DELETE|TRUNCATE|LOCK|CLUSTER|REINDEX|VACUUM)\b": "rows stay locked meanwhile: do it in a job",
    r"^CREATE (OR REPLACE )?(CONSTRAINT )?(TRIGGER|RULE)\b": "it changes what the release before does",
    r"^CREATE POLICY\b": "it changes what the release before sees",
    r"^REVOKE (?!CREATE ON SCHEMA public|EXECUTE ON FUNCTION .*FROM PUBLIC)": "the release before may need the right",
}  # fmt: skip
_RULES = [(re.compile(pattern, re.IGNORECASE), why) for pattern, why in REFUSED.items()]
_NARROWING = (
    ops.RemoveField, ops.DeleteModel, ops.RenameModel, ops.RenameField, ops.AlterField, ops.RenameIndex,
    ops.RenameConstraint, ops.AddIndex, ops.AddConstraint, ops.RunPython, ops.DropSchema,
)  # fmt: skip


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, without comments, texts and bodies of functions."""
    plain = _TEXT.sub("''", _BODY.sub("''", _COMMENT.sub(" ", sql)))
    yield from (" ".join(each.split()) for each in plain.split(";") if each.strip())


def faults(migration: type[Migration]) -> Iterator[str]:
    """Why the release before would not survive the migration."""
    models = [each for each in migration.operations if isinstance(each, ops.CreateModel)]
    created = {str((each.options or {})["table"]) for each in models}
    changed = {each.model_name for each in migration.operations if isinstance(each, ops.AddField)}
    if migration.atomic and len(changed) > 1:
        names = ", ".join(sorted(changed))
        yield f"{names}: who locks two tables in use and who uses both wait for each other: one a migration"
    for operation in migration.operations:
        if isinstance(operation, ops.RunSQL):
            yield from _of_script(operation, created, atomic=migration.atomic)
        elif isinstance(operation, _NARROWING):
            yield f"{type(operation).__name__}: the release before knows the table as it was"
        elif isinstance(operation, ops.AddField):
            yield from _of_column(operation)


def _of_script(operation: ops.RunSQL, created: set[str], *, atomic: bool) -> Iterator[str]:
    assert isinstance(operation.sql, str), "one text an operation"
    for statement in statements(operation.sql):
        made = re.match(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", statement, re.IGNORECASE)
        if made:
            created.add(made.group(1))
        on = _ON.match(statement)
        if on and on.group(1) in created:
            continue
        yield from (f"{statement[:100]}: {why}" for rule, why in _RULES if rule.search(statement))
        if "CONCURRENTLY" in statement and atomic:
            yield f"{statement[:100]}: it cannot run in a transaction: atomic = False"


def _of_column(operation: ops.AddField) -> Iterator[str]:
    field: Any = operation.field
    if not field.null and not field.has_db_default():
        yield f"{operation.model_name}.{operation.name}: the release before does not fill it: null=True or db_default"
    if field.unique or field.index:
        yield f"{operation.model_name}.{operation.name}: an index of a table in use is made by index_beside_work"
