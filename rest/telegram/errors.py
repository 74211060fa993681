"""Errors as the document of `telegram` shows them: ``{"error": {"code", "message", "details"}}``, in Russian."""

import msgspec

from rest.problems import Problem
from rest.telegram import russian


class DetailView(msgspec.Struct):
    field: str
    message: str


class ErrorBody(msgspec.Struct):
    """``details`` name wrong fields, and are empty where the request as a whole failed."""

    code: str
    message: str
    details: list[DetailView]


class ErrorView(msgspec.Struct):
    error: ErrorBody


def telegram_error(problem: Problem) -> bytes:
    """The body of a failure."""
    details = [DetailView(wrong.field, russian.of_field(wrong.field, wrong.message)) for wrong in problem.fields]
    return msgspec.json.encode(ErrorView(ErrorBody(problem.code, russian.of_problem(problem), details)))
