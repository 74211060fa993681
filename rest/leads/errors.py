"""Errors as the document of `leads` shows them: ``{"detail": "..."}``."""

import msgspec

from rest.problems import Problem


class ErrorView(msgspec.Struct):
    """``detail`` names every wrong field and what is wrong with it."""

    detail: str


def leads_error(problem: Problem) -> bytes:
    """The body of a failure."""
    return msgspec.json.encode(ErrorView(_detail(problem)))


def _detail(problem: Problem) -> str:
    if not problem.fields:
        return problem.message
    return "; ".join(f"{wrong.field}: {wrong.message.removeprefix(wrong.field).strip()}" for wrong in problem.fields)
