"""GraphQL by others' suites: the audits of `graphql-http`, the clients of `graphql-ws` and `graphql-sse`."""

import pytest

from tests.conformance.outcomes import failed, run_script

pytestmark = pytest.mark.usefixtures("clients")


async def test_every_audit_of_graphql_over_http_is_met(address: str) -> None:
    audits = await run_script("audits.mjs", f"http://{address}/graphql")
    assert failed(audits) == []
    assert len(audits) == 61


@pytest.mark.usefixtures("live_events")
@pytest.mark.parametrize("script", ["graphql_ws.mjs", "graphql_sse.mjs"])
async def test_the_client_of_the_protocol_is_served(address: str, token: str, script: str) -> None:
    cases = await run_script(script, address, token)
    assert failed(cases) == []
    assert len(cases) > 15
