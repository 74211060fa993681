"""A real identity provider in a process of its own, and a browser that signs in there."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from config.settings import override_settings
from core.actor import Role
from integrations.oidc import discovery
from models.tenants import Tenant
from services import sign_in_providers
from services.sign_in_providers import ProviderChanges, ProviderRow
from tests.fixtures.people import MakeUser, actor_of
from tests.sign_in.liar import Liar, lying
from tests.system.installation import PLAIN

_SCRIPT = Path(__file__).parent / "provider.mjs"
_PACKAGE = Path(__file__).parents[2] / "web" / "node_modules" / "oidc-provider"
_READY_S = 30

NewProvider = Callable[..., Awaitable[ProviderRow]]


@dataclass
class IdentityProvider:
    """A running `oidc-provider`; `people` are the claims by login."""

    port: int
    folder: Path

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def knows(self, login: str, **claims: Any) -> None:
        path = self.folder / "people.json"
        people = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**people, login: claims}))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Each time with new signing keys."""
        command = [_node(), str(_SCRIPT), str(self.port), sign_in_providers.redirect_uri("")]
        log = self.folder / "provider.log"
        with log.open("w") as output:
            process = subprocess.Popen(  # noqa: S603
                [*command, str(self.folder / "people.json")],
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                # The `node` of a virtual environment is a program that starts another: both are ended.
                start_new_session=True,
            )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", log.read_text()
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=_READY_S)


def _node() -> str:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not _PACKAGE.is_dir():
        pytest.skip("needs Node and web/node_modules: run `make web`")
    return node


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[IdentityProvider]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    running = IdentityProvider(port, tmp_path_factory.mktemp("provider"))
    with running.running():
        yield running


@pytest.fixture
async def near(database: None, environment: dict[str, str]) -> AsyncIterator[None]:
    """Providers on this machine may be called; nothing is known of them yet."""
    discovery.forget()
    with override_settings(**environment, OPORA_PRIVATE_NETWORKS="127.0.0.0/8"):
        yield


@pytest.fixture
def liar() -> Iterator[Liar]:
    discovery.forget()
    with lying() as told, override_settings(OPORA_PRIVATE_NETWORKS="127.0.0.0/8"):
        yield told


@pytest.fixture
def new_provider(near: None, tenant: Tenant, make_user: MakeUser, provider: IdentityProvider) -> NewProvider:
    """`await new_provider(creates_users=True, ...)`: the provider, as the tenant's admin sets it up."""

    async def make(**changes: Any) -> ProviderRow:
        admin = await make_user(tenant, Role.ADMIN)
        given = {
            "name": "Office",
            "issuer": provider.issuer,
            "client_id": "basic",
            "client_secret": "secret-of-basic",
            **changes,
        }
        return await sign_in_providers.create(actor_of(admin), ProviderChanges(**given))

    return make


async def visit(url: str, login: str) -> dict[str, str]:
    """What a browser comes back with, whose person signs in as ``login`` and agrees: the answer's parameters, and the
    company in its address.
    """
    async with httpx.AsyncClient(trust_env=False, verify=PLAIN) as browser:
        response = await browser.get(url)
        for _ in range(12):
            if response.is_redirect:
                target = str(response.url.join(response.headers["location"]))
                if target.startswith(sign_in_providers.redirect_uri("")):
                    return {**dict(parse_qsl(urlsplit(target).query)), "company": urlsplit(target).path.split("/")[-1]}
                response = await browser.get(target)
                continue
            response = await browser.post(_form(response), data=_answers(response.text, login))
        raise AssertionError(response.text)


def _form(page: httpx.Response) -> httpx.URL:
    action = re.search(r'action="([^"]+)"', page.text)
    assert action is not None, page.text
    return page.url.join(action[1])


def _answers(page: str, login: str) -> dict[str, str]:
    prompt = re.search(r'name="prompt" value="(\w+)"', page)
    assert prompt is not None, page
    return {"prompt": prompt[1], "login": login, "password": "any"}
