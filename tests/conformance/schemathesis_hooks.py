"""What Schemathesis loads: whom it signs in as, values of our scalars, and which answers are refusals.

It takes each GraphQL error with a path for a failure of the server, for it knows Apollo's codes alone. Here one with a
code of the catalogue (:mod:`core.errors`) that tells of a request's fault is a refusal; all else is a failure.
"""

import importlib
import os
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any

import graphql
import httpx
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

import core.refusals
import integrations.payments.port
import integrations.telegram.port  # noqa: F401  # with their kinds of refusal
from core.errors import DomainError, InvalidInput

Case = schemathesis.Case[Any]
_ENDING = ("/auth/logout", "/change-password")
"""Ends of paths that end their session: each call of them has one of its own."""
_ENDING_FIELDS = ("logout", "changePassword")
_NO_MORE = "Too many validation errors, error limit reached. Validation aborted."
"""What graphql-core says behind the fifth of its errors: the first ones tell what they are."""


def _session(case: Case, _: Any) -> str:
    label = case.operation.label
    ends = label.endswith(_ENDING) or label.split(".")[-1] in _ENDING_FIELDS
    return str(id(case)) if ends else "shared"


_VIOLATION = re.compile(r"violates .+")
_OF_A_FILE = re.compile(r"violates `type` at /properties/(audio_)?file \(")
"""A part of a multipart body is bytes: false as a file arrives as the file `false`."""


@schemathesis.auth(cache_by_key=_session)
class SignedIn:
    """A session of `support`, which every surface accepts."""

    def get(self, case: Case, context: Any) -> str:
        person = {"email": os.environ["CONFORMANCE_EMAIL"], "password": os.environ["CONFORMANCE_PASSWORD"]}
        answer = httpx.post(f"{os.environ['CONFORMANCE_ORIGIN']}/v1/auth/login/json", json=person, timeout=60)
        return str(answer.raise_for_status().json()["access_token"])

    def set(self, case: Case, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Case, response: Any) -> bool:
    """Whether what Schemathesis found is a failure."""
    if type(failure).__name__ == "AcceptedNegativeData":
        violations = _VIOLATION.findall(failure.message)
        return not violations or not all(_OF_A_FILE.match(each) for each in violations)
    errors = getattr(failure, "errors", None)
    if not type(failure).__name__.startswith("GraphQL") or not errors:
        return True
    return not all(_is_refusal(error) for error in errors if error["message"] != _NO_MORE)


def _is_refusal(error: Mapping[str, Any]) -> bool:
    code = error.get("extensions", {}).get("code")
    # Without a path: null for an input that may only be left out, which the schema language has no words for.
    return code in _REFUSALS if error.get("path") else code == InvalidInput.code


def _catalogue(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _catalogue(each)


for module in pkgutil.iter_modules(core.refusals.__path__, "core.refusals."):
    importlib.import_module(module.name)
# What is not set up here (no model, no bank) is told by 503, on purpose.
_REFUSALS = {each.code for each in _catalogue(DomainError)} - {DomainError.code}


def _text(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[graphql.ValueNode]:
    return strategy.map(str).map(nodes.String)


schemathesis.graphql.scalar("BigInt", st.integers(-(2**53), 2**53).map(nodes.Int))
schemathesis.graphql.scalar("Date", _text(st.dates()))
schemathesis.graphql.scalar(
    "DateTime", st.datetimes(timezones=st.timezones()).map(lambda moment: nodes.String(moment.isoformat()))
)
schemathesis.graphql.scalar("Decimal", _text(st.decimals(0, 10**6, places=2)))
schemathesis.graphql.scalar("UUID", _text(st.uuids()))
schemathesis.graphql.scalar("JSONObject", st.just(graphql.parse_value('{answered: true, names: ["a", "b"], most: 7}')))
schemathesis.graphql.scalar("ID", st.sampled_from([str(number) for number in range(1, 8)]).map(nodes.String))
