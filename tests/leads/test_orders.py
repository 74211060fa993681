"""Facts in any order, in any grouping: nothing that is known is asked for, and one lead is registered, once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.languages import Language
from services.interviewing.dialogue import State, respond
from services.interviewing.hearing import hear
from services.interviewing.saying import say

_SAID = {
    Language.RUSSIAN: {
        "object_type": ["Хочу дом", "нужна квартира", "интересует баня"],
        "city": ["в Алматы", "Мы из Астаны", "город Шымкент"],
        "area": ["150 квадратов", "120 м2", "площадь 90 кв.м"],
        "name": ["меня зовут Канат", "моё имя Айгуль"],
    },
    Language.KAZAKH: {
        "object_type": ["маған үй керек", "пәтер керек", "монша салғым келеді"],
        "city": ["Алматыда", "Астанада тұрамыз", "Шымкент қаласында"],
        "area": ["150 шаршы метр", "ауданы 120 шаршы", "90 м2 болады"],
        "name": ["менің атым Қанат", "есімім Айгүл"],
    },
}
_ASKING = {
    "object_type": ("ask_object_type", "ask_object_type_again"),
    "city": ("ask_city", "ask_city_again"),
    "area": ("ask_area", "ask_area_again"),
    "name": ("ask_contact", "ask_contact_again", "ask_name", "ask_name_again"),
    "phone": ("ask_contact", "ask_contact_again", "bad_phone"),
}
_FORMS = (
    "8{0}{1}{2}{3}",
    "+7 {0} {1} {2} {3}",
    "8 ({0}) {1}-{2}-{3}",
    "7{0}{1}{2}{3}",
    "+7({0}){1}{2}{3}",
    "8-{0}-{1}-{2}-{3}",
)
_digits = st.tuples(
    st.sampled_from(["701", "702", "705", "707", "747", "771", "776", "777", "778"]),
    st.integers(100, 999), st.integers(10, 99), st.integers(10, 99),
)  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> tuple[Language, list[list[str]], str]:
    """A language, the facts in some order and grouped into messages, and what the number means."""
    language = draw(st.sampled_from([Language.RUSSIAN, Language.KAZAKH]))
    parts = draw(_digits)
    said = {fact: draw(st.sampled_from(choices)) for fact, choices in _SAID[language].items()}
    said["phone"] = draw(st.sampled_from(_FORMS)).format(*parts)
    order = draw(st.permutations(list(said)))
    cuts = draw(st.lists(st.booleans(), min_size=4, max_size=4))
    groups = [[order[0]]]
    for fact, cut in zip(order[1:], cuts, strict=True):
        groups.append([fact]) if cut else groups[-1].append(fact)
    return language, [[said[fact] for fact in group] for group in groups], "+7" + "".join(map(str, parts))


# Without a deadline: the first text loads the detector of languages.
@settings(deadline=None)
@given(messages())
def test_what_is_known_is_never_asked_for_and_one_lead_is_registered(
    said: tuple[Language, list[list[str]], str],
) -> None:
    default, groups, e164 = said
    state = State()
    completed = 0
    for group in groups:
        heard = hear(
            ", ".join(group),
            awaited=state.awaited,
            present=state.language,
            default=default,
            region="KZ",
            known=state.facts,
        )
        step = respond(state, heard)
        state, completed = step.state, completed + step.complete
        assert not [fact for fact in state.facts if _asks_for(step.text, fact, state)]
    assert completed == 1
    assert state.facts["phone_e164"] == e164


def _asks_for(text: str, fact: str, state: State) -> bool:
    questions = [say(state.language, key) for key in _ASKING.get(fact, ())]
    name = state.facts.get("name")
    if fact == "phone" and name:
        questions += [say(state.language, key, name=name) for key in ("ask_phone", "ask_phone_again")]
    return any(question in text for question in questions)


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_whatever_is_said_is_answered_and_no_lead_comes_without_a_number(texts: list[str]) -> None:
    state = State()
    for text in texts:
        heard = hear(
            text,
            awaited=state.awaited,
            present=state.language,
            default=Language.RUSSIAN,
            region="KZ",
            known=state.facts,
        )
        step = respond(state, heard)
        assert step.text
        assert not step.complete or {"name", "phone", "phone_e164"} <= step.state.facts.keys()
        state = State() if step.complete or step.over else step.state
