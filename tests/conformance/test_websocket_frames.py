"""RFC 6455 as Autobahn asks it, of the server of `opora api` with its settings, and an application that echoes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conformance.echo import echo
from tests.conformance.websocket_cases import KNOWN, all_cases, run_case
from tests.fixtures.listening import listening


@pytest.fixture(scope="module")
async def echoing(settings: object) -> AsyncIterator[str]:
    async with listening(echo) as address:
        yield address


@pytest.mark.parametrize("group", ["1", "2", "3", "4", "5", "6", "7", "9", "10", "masking"])
async def test_group(echoing: str, group: str) -> None:
    cases = [case for case in all_cases() if case.number.split(".")[0] == group]
    assert cases
    problems = await asyncio.gather(*(run_case(case, echoing) for case in cases))
    found = {case.number: problem for case, problem in zip(cases, problems, strict=True) if problem}
    assert {number: problem for number, problem in found.items() if number not in KNOWN} == {}
    assert found.keys() >= {case.number for case in cases if case.number in KNOWN}
