"""Errors as the document of `itdesk` shows them: ``{"detail": "..."}``, for four statuses in its own fixed words."""

from collections.abc import Mapping

import msgspec

from rest.problems import Problem

_DOCUMENTED: Mapping[int, str] = {
    401: "Could not validate credentials",
    403: "Not enough permissions",
    404: "Resource not found",
    500: "Internal server error",
}


class ErrorView(msgspec.Struct):
    """``detail`` names every wrong field and what is wrong with it."""

    detail: str


def itdesk_error(problem: Problem) -> bytes:
    """The body of a failure."""
    return msgspec.json.encode(ErrorView(_DOCUMENTED.get(problem.status) or _detail(problem)))


def _detail(problem: Problem) -> str:
    if not problem.fields:
        return problem.message
    return "; ".join(f"{wrong.field}: {wrong.message.removeprefix(wrong.field).strip()}" for wrong in problem.fields)
