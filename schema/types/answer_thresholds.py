"""What thresholds do to answers."""

from datetime import datetime
from typing import Self

import strawberry

from schema.types.rows import copier
from services import answer_thresholds

_EFFECT = copier("sampled", "since", "answered", "suggested", "escalated")


@strawberry.type(description="What thresholds would have done with the latest answers of the tenant.")
class ThresholdEffect:
    sampled: int = strawberry.field(description="How many answers were looked at.")
    since: datetime | None = strawberry.field(description="When the first of them was given.")
    answered: int = strawberry.field(description="How many would have been given.")
    suggested: int = strawberry.field(description="For how many the passages would have been offered to choose from.")
    escalated: int = strawberry.field(description="How many would have been left to a person.")
    distribution: list[int] = strawberry.field(description="How many by confidence, in equal steps from 0 to 1.")
    answer_threshold: float = strawberry.field(description="The one that was tried.")
    suggest_threshold: float = strawberry.field(description="The one that was tried.")
    measured_answer_threshold: float = strawberry.field(description="In force where the tenant sets none.")
    measured_suggest_threshold: float = strawberry.field(description="In force where the tenant sets none.")

    @classmethod
    def of(cls, effect: answer_thresholds.Effect) -> Self:
        return cls(
            distribution=list(effect.distribution),
            answer_threshold=effect.thresholds.answer,
            suggest_threshold=effect.thresholds.suggest,
            measured_answer_threshold=effect.measured.answer,
            measured_suggest_threshold=effect.measured.suggest,
            **_EFFECT(effect),
        )
