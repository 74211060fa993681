"""A provider whose every answer a test may change."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.doubles.http_server import serving

KEY = RSAKey.generate_key(2048, {"kid": "now"})
EC = ECKey.generate_key("P-256", {"kid": "curve"})


@dataclass
class Liar:
    """`answer` stands for the token endpoint's, where it is set; `heard` are the paths that were asked for."""

    issuer: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "7"})
    key: Any = field(default_factory=lambda: KEY)
    alg: str = "RS256"
    answer: Any = ...
    delay_s: float = 0.0
    heard: list[str] = field(default_factory=list)

    @property
    def keys_read(self) -> int:
        return self.heard.count("/jwks")

    def described(self) -> dict[str, Any]:
        endpoints = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks"}
        here = {name: f"{self.issuer}/{path}" for name, path in endpoints.items()}
        return {"issuer": self.issuer, **here, "userinfo_endpoint": f"{self.issuer}/me", **self.document}

    def answered(self) -> dict[str, Any]:
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token()}

    def token(self) -> str:
        moment = int(time.time())
        told = {"iss": self.issuer, "aud": "opora", "sub": "7", "iat": moment, "exp": moment + 60, "nonce": "nonce"}
        claims = {name: value for name, value in {**told, **self.claims}.items() if value is not None}
        kid = getattr(self.key, "kid", None)
        return jwt.encode({"alg": self.alg, **({"kid": kid} if kid else {})}, claims, self.key, algorithms=[self.alg])

    async def respond(self, request: Request) -> Response:
        path = request.url.path
        self.heard.append(path)
        await asyncio.sleep(self.delay_s)
        if path == "/jwks":
            return JSONResponse({"keys": [KEY.as_dict(private=False), EC.as_dict(private=False), {"kty": "new"}]})
        if path == "/token":
            return JSONResponse(self.answered() if self.answer is ... else self.answer)
        if path == "/elsewhere":
            return RedirectResponse(f"{self.issuer}/token")
        return JSONResponse(self.userinfo if path == "/me" else self.described())


@contextmanager
def lying() -> Iterator[Liar]:
    """One that serves on this machine."""
    liar = Liar()
    app = Starlette(routes=[Route("/{path:path}", liar.respond, methods=["GET", "POST"])])
    with serving(app) as liar.issuer:
        yield liar
