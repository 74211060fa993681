"""Another tenant's ids, in every place of the schema that takes an id: they answer as ids that do not exist."""

import copy
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    get_named_type,
    parse,
)
from graphql.language import OperationDefinitionNode, VariableNode
from starlette.applications import Starlette

from core.actor import Role, system_actor
from schema.root import schema
from services import categories
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.application import client_of
from tests.fixtures.people import MakeTenant, MakeUser, new_tenant, new_user
from tests.fixtures.people import sign_in as sign_in_by_password
from tests.graphql.client import GraphQLClient
from tests.graphql.conftest import SignIn
from tests.graphql.operations import CALLS, call, document
from tests.graphql.snapshots import Snapshot, Unchanged, fingerprint
from tests.graphql.socket_client import graphql_socket
from tests.graphql.world import MARK, World, make_world

Path = tuple[str, ...]
MISSING = str(2**62)
OPEN_TO_ALL = {
    ("Mutation.register", ("input", "tenantId")): "one registers into a tenant that one names",
    ("Mutation.login", ("input", "tenantId")): "one signs in to a tenant that one names",
}


def id_paths(kind: GraphQLInputType, path: Path) -> Iterator[Path]:
    """Where below an argument an id may stand."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from id_paths(field.type, (*path, name))
    elif named.name == "ID":
        yield path


def places() -> list[tuple[str, Path]]:
    """Every place of every root field that takes an id."""
    core = schema._schema
    return [
        (f"{root.name}.{name}", path)
        for root in (core.query_type, core.mutation_type, core.subscription_type)
        if root is not None
        for name, field in root.fields.items()
        for argument, definition in field.args.items()
        for path in id_paths(definition.type, (argument,))
        if (f"{root.name}.{name}", path) not in OPEN_TO_ALL
    ]


def with_id(field: str, world: World, path: Path, value: str) -> dict[str, Any]:
    """The variables of the call with ``value`` at the place, whichever variable stands there."""
    variables = copy.deepcopy(world.variables())
    names = _variables_of(document(field))
    target = names.get(path)
    if target is not None:
        variables[target] = value
    else:
        variables[names[path[:1]]][path[-1]] = value
    return variables


def _variables_of(text: str) -> dict[Path, str]:
    """Which variable stands at which place of the root field's arguments."""
    operation = parse(text).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    root: Any = operation.selection_set.selections[0]
    found: dict[Path, str] = {}
    for argument in root.arguments:
        for place, value in _values((argument.name.value,), argument.value):
            found[place] = value
    return found


def _values(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, VariableNode):
        yield path, value.name.value
    for field in getattr(value, "fields", None) or ():
        yield from _values((*path, field.name.value), field.value)


async def _categories_of(world: World) -> set[str]:
    """The built-in ones too, which every tenant has."""
    async with unit_of_work(system_actor(world.tenant.id)) as uow:
        return {str(category.id) for category in await categories.ensure_builtin(uow)}


_NUMBERED = """
SELECT a.attrelid::regclass::text AS name FROM pg_attribute a JOIN pg_attribute n ON n.attrelid = a.attrelid
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
WHERE a.attname = 'tenant_id' AND n.attname = 'id' AND n.atttypid = 'bigint'::regtype
    AND c.relnamespace = 'public'::regnamespace
"""


async def _numbers_of(world: World) -> set[str]:
    """Of whatever the tenant holds: also of the admin who asks, and of passages that an entry was cut into."""
    async with system_unit_of_work(SystemReason.TENANTS) as statements:
        tables = [row["name"] for row in await statements.rows(_NUMBERED)]
        each = " UNION ".join(f"SELECT id FROM {table} WHERE tenant_id = $1" for table in tables)  # noqa: S608
        return {str(row["id"]) for row in await statements.rows(each, world.tenant.id)}


@dataclass
class Theirs:
    """Somebody else's, whose name is the mark, as it was when a test looked last."""

    world: World
    seen: Snapshot

    async def changed(self) -> bool:
        before, self.seen = self.seen, await fingerprint(self.world.tenant.id)
        return self.seen != before


@pytest.fixture(scope="module")
async def theirs(application: Starlette) -> Theirs:
    """One for all tests: none of them may change it."""
    world = await make_world(await new_tenant(name=MARK), new_user)
    return Theirs(world, await fingerprint(world.tenant.id))


@dataclass(frozen=True)
class Attack:
    """An admin of one tenant, what is theirs, and what is somebody else's."""

    client: GraphQLClient
    ours: World
    theirs: Theirs


@pytest.fixture(scope="module")
async def attacks(application: Starlette, theirs: Theirs) -> AsyncIterator[Unchanged[Attack]]:
    async with client_of(application) as client:

        async def new_attack() -> Attack:
            tenant = await new_tenant()
            ours = await make_world(tenant, new_user)
            token = await sign_in_by_password(await new_user(tenant, Role.ADMIN), "graphql")
            return Attack(GraphQLClient(client, token), ours, theirs)

        yield Unchanged(new_attack, lambda attack: attack.ours.tenant.id)


@pytest.fixture
async def attack(attacks: Unchanged[Attack]) -> Attack:
    return await attacks.get()


@pytest.mark.parametrize(("field", "path"), [place for place in places() if not place[0].startswith("Subscription.")])
async def test_a_foreign_id_answers_as_a_missing_one(field: str, path: Path, attack: Attack) -> None:
    client, ours, theirs = attack.client, attack.ours, attack.theirs
    missing = _told((await call(client, field, with_id(field, ours, path, MISSING))).text, MISSING)
    # Numbers of different tables may coincide: what is also ours is no foreign id.
    foreign_ids = theirs.world.ids() - ours.ids() - await _categories_of(ours) - await _numbers_of(ours)
    assert foreign_ids
    for foreign_id in foreign_ids:
        foreign = await call(client, field, with_id(field, ours, path, foreign_id))
        assert _told(foreign.text, foreign_id) == missing
        assert "errors" in foreign.json() or MARK not in foreign.text
    assert not await theirs.changed()


@pytest.mark.parametrize(("field", "path"), [place for place in places() if place[0].startswith("Subscription.")])
async def test_a_foreign_topic_cannot_be_watched(field: str, path: Path, live: str, attack: Attack) -> None:
    client, ours, theirs = attack.client, attack.ours, attack.theirs
    foreign = theirs.world.dialog.id if "$dialog" in document(field) else theirs.world.ticket.id
    given = with_id(field, ours, path, str(foreign))
    variables = {name: value for name, value in given.items() if f"${name}:" in document(field)}
    async with graphql_socket(live) as socket:
        await socket.init(client.token)
        await socket.subscribe("1", document(field), **variables)
        (error,) = (await socket.next())["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


@pytest.fixture(scope="module")
async def stranger(application: Starlette, theirs: Theirs) -> AsyncIterator[tuple[GraphQLClient, World]]:
    """An admin of an empty tenant, and what another one holds."""
    async with client_of(application) as client:
        token = await sign_in_by_password(await new_user(await new_tenant(), Role.ADMIN), "graphql")
        yield GraphQLClient(client, token), theirs.world


@pytest.mark.parametrize("field", [name for name in CALLS if name.startswith("Query.")])
async def test_no_query_shows_what_another_tenant_holds(field: str, stranger: tuple[GraphQLClient, World]) -> None:
    client, theirs = stranger
    response = await call(client, field, theirs.variables())
    assert MARK not in response.text
    # A longer number is another tenant's.
    assert not re.search(rf"{theirs.tenant.slug}(?!\d)", response.text)


async def test_another_tenants_source_can_be_neither_deleted_nor_reindexed(
    make_tenant: MakeTenant, make_user: MakeUser, sign_in: SignIn
) -> None:
    theirs = await make_world(await make_tenant(), make_user)
    stranger = await sign_in(await make_user(await make_tenant(), Role.ADMIN))
    before = await fingerprint(theirs.tenant.id)
    for field in ("Mutation.deleteKnowledgeSource", "Mutation.reindexKnowledge"):
        response = await call(stranger, field, theirs.variables())
        assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert await fingerprint(theirs.tenant.id) == before


async def test_only_a_superadmin_enters_another_tenant(
    make_tenant: MakeTenant, make_user: MakeUser, sign_in: SignIn
) -> None:
    here, there = await make_tenant(), await make_tenant()
    world = await make_world(there, make_user)
    query = "query($id: ID!) { ticket(id: $id) { id } tenant { id } }"
    for role, entered in ((Role.ADMIN, False), (Role.SUPERADMIN, True)):
        client = await sign_in(await make_user(here, role))
        response = await client.post(query, {"id": str(world.ticket.id)}, x_tenant_id=str(there.id))
        shown = {"ticket": {"id": str(world.ticket.id)}, "tenant": {"id": str(there.id)}}
        assert (response.json().get("data") == shown) is entered


def _told(text: str, asked: str) -> str:
    """A response without the id that was asked for, and without what changes with each call."""
    return re.sub(r'"(accessToken|id)":"[^"]*"', "", text.replace(f'"{asked}"', ""))
