"""The language of a text is found for wording and for retrieval, also of texts of two words."""

import pytest

from core.languages import Language
from services.language import UNKNOWN, detect, identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("где мой заказ?", Language.RUSSIAN),
        ("привет", Language.RUSSIAN),
        ("Оплатил картой, чек не пришёл. What now?", Language.RUSSIAN),
        ("E-417 что это", Language.RUSSIAN),
        ("тапсырысым қайда?", Language.KAZAKH),
        ("рахмет", Language.KAZAKH),
        ("канша турады", Language.KAZAKH),
        ("Тауарды қайтарғым келеді, не істеймін?", Language.KAZAKH),
        ("where is my order", Language.ENGLISH),
        ("ok", Language.ENGLISH),
        ("Wo ist mein Paket geblieben?", Language.ENGLISH),
        ("¿Dónde está mi pedido?", Language.ENGLISH),
        ("Де моє замовлення і коли воно приїде?", Language.RUSSIAN),
    ],
)
def test_the_language_of_the_answer(text: str, language: Language) -> None:
    assert detect(text) is language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wie viele Punkte gab die Verteidigung der Panthers ab?", "de"),
        ("¿Cuántos puntos cedió la defensa de los Panthers?", "es"),
        ("Сколько очков пропустила защита «Пантерз»?", "ru"),
        ("我的订单在哪里", "zh"),
        ("Πού είναι η παραγγελία μου;", "el"),
        ("Siparişim nerede, ne zaman gelecek?", "tr"),
    ],
)
def test_retrieval_tells_more_languages(text: str, code: str) -> None:
    assert identify(text) == code


def test_a_text_without_words_takes_the_hint() -> None:
    assert identify("12345 !!!") == UNKNOWN
    assert detect("12345", hint=Language.KAZAKH) is Language.KAZAKH
    assert detect("???", hint=None) is Language.RUSSIAN


def test_a_foreign_language_is_answered_in_the_one_its_letters_are_near() -> None:
    assert detect("Wo ist mein Paket geblieben?", hint=Language.RUSSIAN) is Language.ENGLISH
    assert detect("where is my order, please", hint=Language.RUSSIAN) is Language.ENGLISH


def test_addresses_and_codes_do_not_decide() -> None:
    assert detect("https://example.com/very/long/english/path/about/nothing не открывается") is Language.RUSSIAN
    assert detect("support@velmira.example жауап бермейді, күтіп отырмын") is Language.KAZAKH
