"""Errors as the document of `replyx` shows them: ``{"error": {"code", "message", "details": {"field", "issue"}}}``."""

from collections.abc import Mapping

import msgspec

from core.errors import BadRequest
from rest.problems import Problem
from rest.replyx import words

_CODES: Mapping[str, str] = {
    "FORBIDDEN": "INSUFFICIENT_PERMISSIONS",
    "FILE_INFECTED": "VIRUS_DETECTED",
    "QUOTA_EXCEEDED": "UPLOAD_QUOTA_EXCEEDED",
}
"""Codes that the document calls otherwise."""


class WrongPassword(BadRequest):
    """The present password is another: not 401, with which clients would throw a good token away."""

    code = "INVALID_CREDENTIALS"


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
    code = _CODES.get(problem.code, problem.code)
    return msgspec.json.encode(ErrorView(ErrorBody(code, words.of_problem(problem), _details(problem))))


def _details(problem: Problem) -> DetailsView:
    if problem.fields:
        wrong = problem.fields[0]
        return DetailsView(wrong.field, words.of_field(wrong.field, wrong.message))
    if problem.about is not None:
        return DetailsView(problem.about, words.of_problem(problem))
    return DetailsView()
