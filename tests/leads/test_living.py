"""Dialogues as people write them, by rules: the questions are few and in order, the lead is right, and there is one."""

import pytest

from core.languages import Language
from services.interviewing.dialogue import Question, State, respond, summary
from services.interviewing.hearing import Fact, hear
from tests.leads.living import KAZAKH, RUSSIAN, Living

_ALL = [
    pytest.param(language, each, id=each.turns[0][:30])
    for language, dialogues in ((Language.RUSSIAN, RUSSIAN), (Language.KAZAKH, KAZAKH))
    for each in dialogues
]
_ASKS = {
    Question.OBJECT_TYPE: {Fact.OBJECT_TYPE},
    Question.CITY: {Fact.CITY},
    Question.AREA: {Fact.AREA},
    Question.CONTACT: {Fact.NAME, Fact.PHONE},
}


def talk(turns: tuple[str, ...]) -> tuple[State, list[bool], list[str]]:
    """The last state, whether each turn completed the lead, and the answers."""
    state, complete, answers = State(), [], []
    for text in turns:
        heard = hear(
            text, awaited=state.awaited, present=state.language, default=Language.RUSSIAN, region="KZ",
            known=state.facts,
        )  # fmt: skip
        step = respond(state, heard)
        state = step.state
        if not step.complete and state.asked:
            assert not _ASKS[Question(state.asked[-1])] <= state.facts.keys(), "asked for what is known"
        complete.append(step.complete)
        answers.append(step.text)
    return state, complete, answers


@pytest.mark.parametrize(("language", "living"), _ALL)
def test_a_living_dialogue_ends_with_the_right_lead(language: Language, living: Living) -> None:
    state, complete, _ = talk(living.turns)
    assert complete == [False] * (len(living.turns) - 1) + [True]
    found = [state.facts.get(name) for name in ("name", "phone_e164", "city", "object_type", "area")]
    assert found == list(living[1:])
    assert state.language is language


_CONTACT = ("дом", "Тараз", "150", "Нурлан 87011112233")


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        (("Перезвоните позже", *_CONTACT), "Дом, 150 м², Тараз."),
        (("вы бот?", *_CONTACT), "Дом, 150 м², Тараз."),
        (("👍", "да", *_CONTACT), "Дом, 150 м², Тараз."),
        (("Меня зовут Нурлан Петров, добрый день", *_CONTACT), "Дом, 150 м², Тараз."),
        (("не знаю пока", "Хочу дом из кирпича", "Тараз", "150", "Нурлан 87011112233"),
         "Дом, 150 м², Тараз. «Хочу дом из кирпича»"),
        (("Здравствуйте, мне нужна теплая веранда", "Тараз", "дом", "30", "Нурлан 87011112233"),
         "Дом, 30 м², Тараз. «Здравствуйте, мне нужна теплая веранда»"),
        (("хочу дом", "Тараз", "150", "Нурлан 87011112233 или 87051112233"),
         "Дом, 150 м², Тараз. «хочу дом» Ещё номер: 87051112233."),
        (("Кейін хабарласыңыз", "маған үй керек", "Тараз", "150", "Нұрлан 87011112233"),
         "Үй, 150 м², Тараз. «маған үй керек»"),
    ],
)  # fmt: skip
def test_a_summary_quotes_what_is_wanted_and_no_chatter(turns: tuple[str, ...], text: str) -> None:
    state, _, _ = talk(turns)
    assert summary(state, turns) == text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("вы бот?", "Да, я виртуальный помощник, а перезвонит вам человек."),
        ("это робот отвечает?", "Да, я виртуальный помощник, а перезвонит вам человек."),
        ("Сіз ботсыз ба?", "Иә, мен виртуалды көмекшімін, ал сізге адам хабарласады."),
        ("are you a real person?", "Yes, I am a virtual assistant; a person will call you."),
    ],
)
def test_who_asks_is_told_that_a_machine_answers(text: str, answer: str) -> None:
    _, _, (reply,) = talk((text,))
    assert reply.startswith(answer)


def test_a_number_beside_a_bare_name_of_another_person_changes_no_known_name() -> None:
    state, _, _ = talk(("дом", "Алматы", "150", "Вера", "мой муж Олег 87011112233"))
    assert state.facts["name"] == "Вера"


@pytest.mark.parametrize(
    "text", ["дом в 200 метрах от дороги, Алматы", "дом 2 этажа в Алматы", "дом за 200 в Алматы", "дом 20 млн Алматы"]
)
def test_other_numbers_beside_an_object_are_no_area(text: str) -> None:
    state, _, _ = talk((text,))
    assert "area" not in state.facts
