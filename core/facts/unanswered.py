"""Questions of customers that no knowledge answered."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class QuestionUnanswered(Event):
    """A question was noted, and waits to be put with those that ask the same."""

    kind = "question.unanswered"
    question_id: int
