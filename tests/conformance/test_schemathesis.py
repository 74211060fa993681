"""Schemathesis with every check on what /openapi.json and /graphql promise, by each role."""

from collections.abc import Iterator

import pytest

from core.actor import Role
from models.tenants import Tenant
from tests.conformance.running import DEMO_PASSWORD, PEOPLE, Run, conforming, run_schemathesis
from tests.fixtures.people import PASSWORD, new_user
from tests.system.installation import Installation

SAMPLE = "^(GET /v1/tickets|POST /api/v1/categories|GET /api/dialogs)$"


async def test_a_sample_of_rest_is_what_the_document_says(address: str, company: Tenant) -> None:
    admin = await new_user(company, Role.ADMIN)
    url = f"http://{address}/openapi.json"
    options = ("--include-name-regex", SAMPLE, "-n", "1", "--phases", "fuzzing", "--no-shrink")
    _assert_good(await run_schemathesis(url, admin.email or "", PASSWORD, *options), least=3)


async def test_a_sample_of_graphql_is_what_the_schema_says(address: str, company: Tenant) -> None:
    admin = await new_user(company, Role.ADMIN)
    options = (
        "--include-name-regex",
        "^Query.(me|tickets|categories|inboxCounts|openDialogs)$",
        "-n",
        "1",
        "--phases",
        "fuzzing",
        "--no-shrink",
    )
    _assert_good(await run_schemathesis(f"http://{address}/graphql", admin.email or "", PASSWORD, *options), least=3)


@pytest.fixture(scope="module")
def whole() -> Iterator[Installation]:
    with conforming() as installation:
        yield installation


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    # The admin last: what admins are asked to do may close the others' accounts.
    ("person", "what"),
    [(person, what) for person in PEOPLE for what in ("openapi.json", "graphql")],
)
async def test_all_is_what_the_document_says(whole: Installation, person: str, what: str) -> None:
    run = await run_schemathesis(f"{whole.origin}/{what}", person, DEMO_PASSWORD, "-n", "10", "--no-shrink")
    _assert_good(run, least=1000)


def _assert_good(run: Run, *, least: int) -> None:
    assert not run.failures, "\n".join([*run.failures, run.output])
    assert run.cases >= least
