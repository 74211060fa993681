"""What is understood of one message: cities, areas, objects, names, numbers, phrases, language."""

import time

import pytest

from core.languages import Language
from services.interviewing.hearing import Fact, Heard, hear
from services.interviewing.phrases import Phrase

CITY, AREA, OBJECT = (Fact.CITY,), (Fact.AREA,), (Fact.OBJECT_TYPE,)
CONTACT = (Fact.NAME, Fact.PHONE)


def heard(text: str, *awaited: Fact, present: Language | None = Language.RUSSIAN) -> Heard:
    return hear(text, awaited=awaited, present=present, default=Language.RUSSIAN, region="KZ")


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Алматы", "Алматы"),
        ("хочу дом в Алматы", "Алматы"),
        ("Мы из Астаны", "Астана"),
        ("в астане", "Астана"),
        ("г. Караганда", "Караганда"),
        ("под Карагандой", "Караганда"),
        ("в Усть-Каменогорске", "Усть-Каменогорск"),
        ("усть каменогорск", "Усть-Каменогорск"),
        ("в Семее", "Семей"),
        ("живу в Нижнем Новгороде", "Нижний Новгород"),
        ("Питер", "Санкт-Петербург"),
        ("переезжаю из Астаны в Алматы", "Алматы"),
        ("не в Алматы, а в Шымкенте", "Шымкент"),
        ("в Боралдае", "Боралдай"),
        ("село Узынагаш", "Узынагаш"),
        ("Нью-Йорк", "Нью-Йорк"),
    ],
)
def test_a_city_is_understood_in_russian(text: str, city: str) -> None:
    assert heard(text, *CITY).facts["city"] == city


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Алматыда", "Алматы"),
        ("Астанадан", "Астана"),
        ("Шымкентте", "Шымкент"),
        ("Қарағандыда үй салғым келеді", "Қарағанды"),
        ("Караганды каласында", "Қарағанды"),
        ("Өскеменге", "Өскемен"),
        ("Түркістанда", "Түркістан"),
        ("Шаянда", "Шаян"),
    ],
)
def test_a_city_is_understood_in_kazakh(text: str, city: str) -> None:
    assert heard(text, *CITY, present=Language.KAZAKH).facts["city"] == city


@pytest.mark.parametrize(
    "text",
    [
        "дом для моих детей и их семей",
        "проект на 150 м2",
        "да",
        "не знаю",
        "сколько стоит?",
        "хочу дом",
        "12345",
        "А вы где находитесь?",
    ],
)
def test_what_is_no_city_is_not_taken_for_one(text: str) -> None:
    assert "city" not in heard(text, *CITY).facts


@pytest.mark.parametrize("text", ["Где-то на Марсе, наверное", "улица Абая рядом с рынком"])
def test_an_unknown_place_is_taken_only_where_it_was_asked_for(text: str) -> None:
    assert "city" not in heard(text).facts


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("150 квадратов", "150 м²"),
        ("150 м2", "150 м²"),
        ("150м²", "150 м²"),
        ("120 кв.м", "120 м²"),
        ("120,5 кв. м.", "120.5 м²"),
        ("площадь 200 квадратных метров", "200 м²"),
        ("1 200 м2", "1200 м²"),
        ("от 100 до 120 м2", "100–120 м²"),
        ("100-120 квадратов", "100–120 м²"),
        ("сто пятьдесят квадратов", "150 м²"),
        ("двести двадцать", "220 м²"),
        ("10 на 12", "120 м²"),
        ("10х12 м", "120 м²"),
        ("баня 6 на 4", "24 м²"),
        ("10 соток", "10 соток"),
        ("1 сотка", "1 сотка"),
        ("дом 150 м2, участок 8 соток", "150 м²"),
        ("80 шаршы метр", "80 м²"),
        ("жүз елу шаршы", "150 м²"),
        ("үш жүз шаршы метр", "300 м²"),
        ("150 square meters", "150 м²"),
        ("150", "150 м²"),
        ("около 150", "150 м²"),
        ("примерно 90 метров", "90 м²"),
    ],
)
def test_an_area_is_understood(text: str, area: str) -> None:
    assert heard(text, *AREA).facts["area"] == area


@pytest.mark.parametrize(
    "text", ["3 комнаты", "в 2024 году начали строить", "бюджет 20 млн тенге", "0 м2", "87768776637", "2-этажный", "-5"]
)
def test_other_numbers_are_no_area(text: str) -> None:
    assert "area" not in heard(text, *AREA).facts


def test_a_number_alone_is_an_area_only_where_it_was_asked_for() -> None:
    assert "area" not in heard("150").facts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Хочу дом", "дом"),
        ("нужна квартира", "квартира"),
        ("ремонт двушки", "квартира"),
        ("коттедж построить", "коттедж"),
        ("баньку срубить", "баня"),
        ("есть участок, хочу дом", "дом"),
        ("дом и гараж", "дом"),
        ("гараж", "гараж"),
        ("складское помещение или склад", "склад"),
        ("теплица", "теплица"),
        ("мне нужна теплица", "теплица"),
    ],
)
def test_an_object_is_understood(text: str, name: str) -> None:
    assert heard(text, *OBJECT).facts["object_type"] == name


@pytest.mark.parametrize(
    ("text", "name"), [("маған үй керек", "үй"), ("Пәтер", "пәтер"), ("монша салғым келеді", "монша")]
)
def test_an_object_is_understood_in_kazakh(text: str, name: str) -> None:
    assert heard(text, *OBJECT, present=None).facts["object_type"] == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Канат, 87768776637", "Канат"),
        ("87768776637 Канат", "Канат"),
        ("канат 87768776637", "Канат"),
        ("меня зовут Айгуль", "Айгуль"),
        ("Здравствуйте, меня зовут айгуль, звоните 87768776637", "Айгуль"),
        ("менің атым Канат", "Канат"),
        ("Есімім Нұрсұлтан", "Нұрсұлтан"),
        ("Мен Қанатпын", "Қанат"),
        ("Я Иван Петров", "Иван Петров"),
        ("ИВАН ПЕТРОВ", "Иван Петров"),
        ("Анна-Мария 8 776 877 66 37", "Анна-Мария"),
        ("Әсел, нөмірім 87768776637", "Әсел"),
        ("My name is John", "John"),
        ("это Марат, мой номер +77768776637", "Марат"),
        ("О'Нил 87768776637", "О'Нил"),
    ],
)
def test_a_name_is_understood(text: str, name: str) -> None:
    assert heard(text, *CONTACT).facts["name"] == name


@pytest.mark.parametrize(
    "text",
    ["Здравствуйте", "да", "нет", "не знаю", "перезвоните позже", "сколько стоит?", "хорошо, спасибо", "это дорого",
     "87768776637", "хочу построить", "позовите менеджера", "👍"],
)  # fmt: skip
def test_what_is_no_name_is_not_taken_for_one(text: str) -> None:
    assert "name" not in heard(text, *CONTACT).facts


def test_a_name_stands_beside_the_number_also_unasked() -> None:
    facts = heard("Хочу дом, 150 м2, Алматы, Канат, 87768776637").facts
    assert (facts["name"], facts["city"], facts["area"], facts["object_type"]) == ("Канат", "Алматы", "150 м²", "дом")


@pytest.mark.parametrize(
    ("text", "written", "e164"),
    [
        ("87768776637", "87768776637", "+77768776637"),
        ("+7 776 877 66 37", "+77768776637", "+77768776637"),
        ("8 (776) 877-66-37", "87768776637", "+77768776637"),
        ("7 776 877 66 37", "77768776637", "+77768776637"),
        ("7768776637", "7768776637", "+77768776637"),
        ("８７７６８７７６６３７", "87768776637", "+77768776637"),
        ("8 727 250 12 34", "87272501234", "+77272501234"),
        ("+49 30 901820", "+4930901820", "+4930901820"),
        ("87011111111, нет, 87768776637", "87768776637", "+77768776637"),
    ],
)
def test_a_phone_number_is_understood(text: str, written: str, e164: str) -> None:
    facts = heard(text, *CONTACT).facts
    assert (facts["phone"], facts["phone_e164"]) == (written, e164)


@pytest.mark.parametrize(
    "text", ["12345", "877687766", "8776877663", "80000000000", "мой номер абвгдежз", "8776ABCDEFG", "номер: 87768776"]
)
def test_a_number_that_is_none_is_noticed(text: str) -> None:
    found = heard(text, *CONTACT)
    assert found.bad_phone
    assert found.facts == {}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("перезвоните позже", Phrase.DEFER),
        ("Напишу завтра", Phrase.DEFER),
        ("call me later", Phrase.DEFER),
        ("кейін хабарласыңыз", Phrase.DEFER),
        ("не знаю", Phrase.UNKNOWN),
        ("не хочу давать номер", Phrase.UNKNOWN),
        ("білмеймін", Phrase.UNKNOWN),
        ("I don't know", Phrase.UNKNOWN),
        ("мне ничего не надо", Phrase.STOP),
        ("керек емес", Phrase.STOP),
        ("not interested", Phrase.STOP),
        ("А сколько это будет стоить?", Phrase.PRICE),
        ("Бағасы қанша?", Phrase.PRICE),
        ("How much is it?", Phrase.PRICE),
        ("Позовите менеджера", Phrase.PERSON),
        ("Спасибо большое!", Phrase.COURTESY),
        ("Рахмет", Phrase.COURTESY),
        ("Сәлем!", Phrase.GREETING),
    ],
)
def test_a_phrase_is_understood(text: str, phrase: Phrase) -> None:
    assert phrase in heard(text).phrases


@pytest.mark.parametrize(
    ("text", "present", "language"),
    [
        ("Хочу дом", None, Language.RUSSIAN),
        ("Сәлем, маған үй керек", None, Language.KAZAKH),
        ("Маган уй керек", None, Language.KAZAKH),
        ("I want a house", None, Language.ENGLISH),
        ("87768776637", None, Language.RUSSIAN),
        ("Шымкентте", Language.KAZAKH, Language.KAZAKH),
        ("150", Language.KAZAKH, Language.KAZAKH),
        ("Әсел, 87768776637", Language.RUSSIAN, Language.RUSSIAN),
        ("John, +77768776637", Language.RUSSIAN, Language.RUSSIAN),
        ("Қарағанды", Language.RUSSIAN, Language.RUSSIAN),
        ("Давайте по-русски, пожалуйста", Language.KAZAKH, Language.RUSSIAN),
        ("Қазақша сөйлесейік", Language.RUSSIAN, Language.KAZAKH),
        ("Please speak English to me", Language.RUSSIAN, Language.ENGLISH),
    ],
)
def test_the_language_stays_until_the_client_clearly_changes_it(
    text: str, present: Language | None, language: Language
) -> None:
    awaited = CONTACT if "8776" in text or "+7" in text else CITY
    assert heard(text, *awaited, present=present).language is language


@pytest.mark.parametrize(
    "text",
    ["строка текста\n" * 1400, "1" * 20_000, "(" * 20_000, "8776877 " * 2_500, "в " * 10_000, "а-" * 10_000,
     "сто " * 5_000, "10 на " * 3_000, "меня зовут " * 1_800, "не знаю " * 2_500, "и" * 20_000],
)  # fmt: skip
def test_the_longest_messages_are_read_quickly(text: str) -> None:
    started = time.thread_time()
    for awaited in (CITY, AREA, OBJECT, CONTACT):
        heard(text, *awaited)
    assert time.thread_time() - started < 1.5


@pytest.mark.parametrize(
    ("text", "awaited", "facts"),
    [
        ("2 комнаты", AREA, {}),
        ("сейчас живу в квартире в Шымкенте", AREA, {}),
        ("8 701 222 33 44, звоните после 6", CONTACT, {"phone": "87012223344", "phone_e164": "+77012223344"}),
        ("нет, лучше в Шымкенте", AREA, {"city": "Шымкент"}),
        ("ой, квартира", AREA, {"object_type": "квартира"}),
        ("Шымкент", AREA, {"city": "Шымкент"}),
        ("меня зовут не Канат, меня зовут Марат", CONTACT, {"name": "Марат"}),
    ],
)
def test_of_what_is_known_only_a_correction_is_heard(
    text: str, awaited: tuple[Fact, ...], facts: dict[str, str]
) -> None:
    known = {"object_type": "дом", "city": "Алматы", "name": "Канат"}
    found = hear(text, awaited=awaited, present=Language.RUSSIAN, default=Language.RUSSIAN, region="KZ", known=known)
    assert found.facts == facts
