"""What to say next: the order of the questions, and what is said when a client answers something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.languages import Language
from services.interviewing.hearing import Fact, Heard
from services.interviewing.phrases import Phrase
from services.interviewing.saying import say
from services.interviewing.summary import summary_of

_TRIES = 2
"""How often a fact is asked for that a lead can do without."""
_MOST_ASKED = 40


class Question(StrEnum):
    OBJECT_TYPE = "object_type"
    CITY = "city"
    AREA = "area"
    CONTACT = "contact"


_ASKS: Mapping[Question, tuple[Fact, ...]] = {
    Question.OBJECT_TYPE: (Fact.OBJECT_TYPE,),
    Question.CITY: (Fact.CITY,),
    Question.AREA: (Fact.AREA,),
    Question.CONTACT: (Fact.NAME, Fact.PHONE),
}


@dataclass(frozen=True, slots=True)
class State:
    """An interview so far: ``facts`` by their columns' names, ``asked`` the questions in their order."""

    language: Language | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    asked: Sequence[str] = ()

    @property
    def awaited(self) -> tuple[Fact, ...]:
        """What the last question asked for."""
        return _ASKS[Question(self.asked[-1])] if self.asked else ()

    @property
    def question(self) -> Question | None:
        """What to ask next; None where a lead has all that it needs, or all that the client would say."""
        return next((each for each in Question if self._needs(each)), None)

    def _needs(self, question: Question) -> bool:
        missing = any(fact not in self.facts for fact in _ASKS[question])
        return missing and (question is Question.CONTACT or list(self.asked).count(question) < _TRIES)


@dataclass(frozen=True, slots=True)
class Step:
    """What the interview says, and what it is then. ``complete``: a lead can be registered; ``over``: none will be."""

    text: str
    state: State
    complete: bool = False
    over: bool = False


def learn(state: State, heard: Heard) -> State:
    """The state with what was heard: a later word corrects an earlier one."""
    facts = {**state.facts, **heard.facts}
    asked = tuple(state.asked)
    if heard.facts and any(fact not in facts for fact in state.awaited):
        # Who tells something else has not refused to tell what was asked for.
        asked = asked[:-1]
    return State(heard.language, facts, asked)


def respond(state: State, heard: Heard) -> Step:
    """The answer to a message that was heard in ``state``."""
    after = learn(state, heard)
    if Phrase.STOP in heard.phrases and not heard.facts:
        return Step(say(heard.language, "stopped"), after, over=True)
    if after.question is None:
        return Step(registered_text(after), after, complete=True)
    if Phrase.DEFER in heard.phrases and not heard.facts:
        return Step(say(heard.language, "deferred"), after)
    return _ask(state, after, heard)


def registered_text(state: State) -> str:
    """What the client is told when the lead is registered."""
    return say(state.language, "registered", name=state.facts[Fact.NAME], phone=state.facts[Fact.PHONE])


def summary(state: State, said: Sequence[str]) -> str:
    """What a manager reads first: see :func:`services.interviewing.summary.summary_of`."""
    return summary_of(state.facts, said, state.language or Language.RUSSIAN)


def _ask(before: State, after: State, heard: Heard) -> Step:
    if Phrase.UNKNOWN in heard.phrases and Fact.PHONE in before.awaited and not heard.facts:
        return Step(say(heard.language, "contact_refused"), after)
    question = _wanted(after, heard)
    parts = [_courtesy(before, heard), _wording(question, after, heard)]
    asked = (*after.asked, question.value)[-_MOST_ASKED:]
    text = " ".join(part for part in parts if part)
    return Step(text, State(after.language, after.facts, asked))


def _wanted(state: State, heard: Heard) -> Question:
    question = state.question
    missing_contact = any(fact not in state.facts for fact in _ASKS[Question.CONTACT])
    # Who wants to talk to a person, or gives a number that is none, is asked for the contact first.
    if question is None or (missing_contact and (heard.bad_phone or Phrase.PERSON in heard.phrases)):
        return Question.CONTACT
    return question


def _courtesy(before: State, heard: Heard) -> str:
    if Phrase.PRICE in heard.phrases:
        return say(heard.language, "price")
    if Phrase.BOT in heard.phrases:
        return say(heard.language, "bot")
    if Phrase.PERSON in heard.phrases:
        return say(heard.language, "person")
    if Phrase.GREETING in heard.phrases and not before.asked:
        return say(heard.language, "greeting")
    return ""


def _wording(question: Question, state: State, heard: Heard) -> str:
    language, again = heard.language, list(state.asked).count(question) > 0
    if question is not Question.CONTACT:
        return say(language, f"ask_{question.value}{'_again' if again else ''}")
    name = state.facts.get(Fact.NAME)
    if heard.bad_phone and Fact.PHONE not in state.facts:
        return say(language, "bad_phone")
    if name is not None:
        return say(language, "ask_phone_again" if again else "ask_phone", name=name)
    suffix = "_again" if again else ""
    return say(language, f"ask_name{suffix}" if Fact.PHONE in state.facts else f"ask_contact{suffix}")
