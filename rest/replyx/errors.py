"""Errors as the document of `replyx` shows them: ``{"error": {"code", "message", "details": {"field", "issue"}}}``."""

from collections.abc import Mapping

import msgspec

from rest.problems import Problem

_CODES: Mapping[str, str] = {"FORBIDDEN": "INSUFFICIENT_PERMISSIONS"}
"""Codes that the document calls otherwise."""


class DetailsView(msgspec.Struct, omit_defaults=True):
    """The first wrong field and what is wrong with it; empty where the request as a whole failed."""

    field: str | None = None
    issue: str | None = None


class ErrorBody(msgspec.Struct):
    code: str
    message: str
    details: DetailsView


class ErrorView(msgspec.Struct):
    error: ErrorBody


def replyx_error(problem: Problem) -> bytes:
    """The body of a failure."""
    details = DetailsView(*((problem.fields[0].field, problem.fields[0].message) if problem.fields else ()))
    code = _CODES.get(problem.code, problem.code)
    return msgspec.json.encode(ErrorView(ErrorBody(code, problem.message, details)))
