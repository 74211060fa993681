from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.pages import graphiql_response, page_routes
from app.security_headers import SecurityHeaders


async def graphql(request: Request) -> Response:
    return graphiql_response(request)


async def data(_: Request) -> Response:
    return JSONResponse({"status": "ready"})


async def own_policy(_: Request) -> Response:
    return Response("x", headers={"content-security-policy": "frame-ancestors https://shop.example"})


@pytest.fixture
async def browser() -> AsyncIterator[AsyncClient]:
    extra = [Route("/graphql", graphql), Route("/data", data), Route("/own-policy", own_policy)]
    app = SecurityHeaders(Starlette(routes=[*page_routes(), *extra]))
    headers = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://opora.test", headers=headers) as client:
        yield client
