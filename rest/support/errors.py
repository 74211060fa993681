"""Errors as the document of `support` shows them: ``{"detail": ...}``, or the extended form for wrong fields."""

import msgspec

from rest.problems import Problem


class FieldErrorView(msgspec.Struct):
    field: str
    message: str


class ErrorView(msgspec.Struct, omit_defaults=True):
    """``detail`` alone, but for status 422: then all of the others too."""

    detail: str
    type: str | None = None
    title: str | None = None
    status: int | None = None
    errors: list[FieldErrorView] | None = None


def support_error(problem: Problem) -> bytes:
    """The body of a failure."""
    if problem.status != 422:
        return msgspec.json.encode({"detail": problem.message})
    errors = [FieldErrorView(wrong.field, wrong.message) for wrong in problem.fields]
    return msgspec.json.encode(
        {
            "type": "validation_error",
            "title": "Validation Error",
            "status": 422,
            "detail": "Request validation failed",
            "errors": errors or [FieldErrorView("body", problem.message)],
        }
    )
