"""What helps operators write."""

from enum import StrEnum
from typing import Self

import strawberry

from schema.types.rows import copier
from services.copilot import Rewritten

_REWRITTEN = copier("text", "model")


@strawberry.enum(description="Why there is no copilot.")
class CopilotAbsence(StrEnum):
    NO_MODEL = "no_model"


@strawberry.type(description="Whether a model helps operators write.")
class Copilot:
    available: bool
    reason: CopilotAbsence | None = strawberry.field(description="Why it is not available; null where it is.")
    model: str | None

    @classmethod
    def of(cls, model: str | None) -> Self:
        absent = CopilotAbsence.NO_MODEL if model is None else None
        return cls(available=model is not None, reason=absent, model=model)


@strawberry.type(description="A text of the copilot's; nothing of it is stored or sent.")
class CopilotText:
    text: str
    model: str

    @classmethod
    def of(cls, rewritten: Rewritten) -> Self:
        return cls(**_REWRITTEN(rewritten))
