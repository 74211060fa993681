"""Fixtures of the pool's tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.ai_pool.pool import Endpoints, empty_pool, serving_three


@pytest.fixture(scope="module")
def served() -> Iterator[Endpoints]:
    with serving_three() as endpoints:
        yield endpoints


@pytest.fixture
async def endpoints(served: Endpoints, database: None) -> AsyncIterator[Endpoints]:
    """Three endpoints and an empty pool."""
    async with empty_pool(served) as endpoints:
        yield endpoints
