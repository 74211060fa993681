"""What is shown of an unfinished sentence before its check: only what is read out of the passages, never all of it."""

import pytest

from services.ahead import Ahead
from services.extraction import sentences

RETURNS = "Товар надлежащего качества можно вернуть в течение 14 дней. Обратную пересылку оплачивает покупатель."
CANCEL = "You can cancel a subscription at any time under Billing. Unused days are not refunded."
PLANS = "Start is free for two seats, Team costs 12 dollars per seat. Only owners may delete a workspace."
KAZAKH = "Интернет істемей қалса, роутерді өшіріп қайта қосыңыз."


def shown(written: str, passage: str, language: str) -> str:
    """What stands on the screen when a model has written so much, word by word."""
    ahead = Ahead([(sentence.text, language) for sentence in sentences(passage)])
    words = written.split(" ")
    pieces = [word if number == 0 else f" {word}" for number, word in enumerate(words)]
    reach, text = 0, ""
    for piece in pieces:
        text += piece
        reach = max(reach, ahead.reach(text))
    return text[:reach]


@pytest.mark.parametrize(
    ("written", "passage", "language", "expected"),
    [
        ("You", CANCEL, "en", "You"),
        ("You can", CANCEL, "en", "You"),
        ("You can cancel a subscription at", CANCEL, "en", "You can cancel a subscription"),
        ("Обратную пересылку оплачивает покупатель", RETURNS, "ru", "Обратную пересылку оплачивает"),
        ("Пересылку оплачиваете вы сами", RETURNS, "ru", "Пересылку оплачиваете вы"),
        ("Роутерді өшіріп қайта қосыңыз", KAZAKH, "kk", "Роутерді өшіріп қайта"),
        ("Здравствуйте", RETURNS, "ru", "Здравствуйте"),
    ],
)
def test_words_of_the_passages_are_shown_at_once_but_for_the_last(
    written: str, passage: str, language: str, expected: str
) -> None:
    assert shown(written, passage, language) == expected


@pytest.mark.parametrize(
    ("written", "passage", "language", "expected"),
    [
        pytest.param("Team costs 12 dollars per seat", PLANS, "en", "Team costs", id="a number"),
        pytest.param("Team is free for two seats", PLANS, "en", "Team is", id="a bound"),
        pytest.param("Team seats cost a lot", PLANS, "en", "Team", id="words too far apart"),
        pytest.param("Subscription can cancel at any time", CANCEL, "en", "Subscription", id="words in another order"),
        pytest.param("Billing days are long", CANCEL, "en", "Billing", id="words of two sentences"),
        pytest.param("Unused days are refunded at once", CANCEL, "en", "", id="a denial left out"),
        pytest.param("Owners may delete a workspace", PLANS, "en", "", id="a limit left out"),
        pytest.param("No card is asked for", CANCEL, "en", "", id="a denial"),
        pytest.param("Yes, you can cancel", CANCEL, "en", "", id="an answer in a word"),
        pytest.param("Интернет өшіріп қайта қосыңыз", KAZAKH, "kk", "Интернет", id="a denial in a verb's ending"),
        pytest.param("Subscriptions [1] can be", CANCEL, "en", "Subscriptions", id="a marker"),
        pytest.param("You. Can cancel a subscription", CANCEL, "en", "You", id="a possible end"),
        pytest.param("Delivery takes a day", RETURNS, "ru", "", id="another language"),
        pytest.param("<b>You can cancel", CANCEL, "en", "", id="markup"),
    ],
)
def test_what_the_passages_do_not_say_so_waits(written: str, passage: str, language: str, expected: str) -> None:
    assert shown(written, passage, language) == expected


def test_the_first_word_is_shown_while_it_grows() -> None:
    ahead = Ahead([(CANCEL, "en"), (RETURNS, "ru")])
    assert [ahead.reach(text) for text in ("Обр", "Обратн", "Обратную")] == [3, 6, 8]
    assert [ahead.reach(text) for text in ("Бесп", "Бесплатно", "W", "No", "Not")] == [0, 0, 1, 0, 0]


def test_nothing_is_shown_without_passages_but_words_that_claim_nothing() -> None:
    ahead = Ahead([])
    assert ahead.reach("You") == 3
    assert ahead.reach("You can get") == 3
    assert ahead.reach("Elephants") == 0
