"""A request for a person is heard in three languages, and only where it is one."""

import pytest

from services.intents import Verdict, is_greeting, verdict_on_answer, wants_person

WANTED = [
    "позовите оператора",
    "Позови человека!",
    "хочу поговорить с человеком",
    "Соедините с менеджером, пожалуйста",
    "соедините меня с живым человеком",
    "Оператор",
    "оператора пожалуйста",
    "аператор нужен срочно",
    "Переключите на аператора",
    "переключите на опиратора",
    "Мне нужен живой человек",
    "Можно поговорить со специалистом?",
    "Как связаться с оператором?",
    "Не хочу разговаривать с ботом",
    "Есть кто живой?",
    "Дайте мне менеджера",
    "Это не помогло. Позовите, пожалуйста, сотрудника",
    "хочу подать жалобу руководителю",
    "Я хочу пожаловаться вашему руководству",
    "нужен оператор",
    "Переведите меня на оператора",
    "могу я пообщаться с кем-нибудь из людей, с живым консультантом?",
    "Свяжите меня с вашим начальником",
    "давайте с человеком, не с роботом: хочу говорить с человеком",
    "оператормен сөйлескім келеді",
    "адаммен сөйлесейін",
    "Операторды шақырыңыз",
    "операторды шақырыңызшы, өтінемін",
    "Маған оператор керек",
    "тірі адам керек",
    "Мені менеджермен байланыстырыңыз",
    "маманмен сөйлесуге бола ма?",
    "операторға қосыңыз",
    "оператормен соилеским келеди",
    "Ботпен сөйлескім келмейді",
    "басшылыққа шағым түсіргім келеді",
    "қызметкермен қалай байланысуға болады?",
    "Адам керек, бот емес",
    "talk to a real person",
    "I want to speak with a human",
    "agent please",
    "help me talk to someone",
    "Connect me to an operator",
    "can I speak to your manager?",
    "I need a human",
    "get me a supervisor",
    "Is there a real person I can talk to?",
    "transfer me to a live agent",
    "I don't want to talk to a bot",
    "human please",
    "I'd like to chat with a representative",
    "This is useless. Let me speak to somebody!",
    "put me through to customer support agent, I want to talk to a person",
    "operater please",
    "I want to complain to your manager",
    "can someone call me?",
]
NOT_WANTED = [
    "какой человек отвечает за доставку?",
    "оператор сотовой связи списал деньги",
    "как добавить оператора в систему?",
    "Как создать пользователя с ролью оператора?",
    "не зовите оператора",
    "Оператор не нужен, спасибо",
    "можно решить без оператора?",
    "не нужно звать менеджера, я сам разберусь",
    "Мне нужен специалист по установке кондиционера",
    "Сколько операторов входит в тариф?",
    "Это бот или человек?",
    "Ты живой человек?",
    "Переведите деньги другому человеку",
    "Как перевести клиента на оператора?",
    "На сколько человек рассчитан номер?",
    "Оператор вчера обещал перезвонить и не перезвонил",
    "Как пригласить сотрудника в рабочее пространство?",
    "сколько стоит доставка",
    "Какая зарплата у оператора?",
    "Мобильный оператор не присылает СМС",
    "Как подключить оператора к диалогу?",
    "Где посмотреть расписание специалистов?",
    "Что умеет менеджер паролей?",
    "операторды қалай қосамын?",
    "операторды шақырмаңыз",
    "оператор керек емес",
    "Бұл бот па, адам ба?",
    "оператормен сөйлескім келмейді",
    "ұялы байланыс операторы ақша алды",
    "Қонақүйде неше адам тұра алады?",
    "Менеджердің жалақысы қанша?",
    "How do I add an operator user?",
    "agent API",
    "I don't need an operator",
    "Do not connect me to an agent",
    "How can my customers talk to a human?",
    "Are you a real person?",
    "Is this a bot or a human?",
    "What does the agent role allow?",
    "My travel agent booked the wrong date",
    "the mobile operator charged me twice",
    "How do I invite a team member?",
    "How much is the plan per person?",
    "I was overcharged, no manager needed, just refund me",
    "Which user agent string do you support?",
    "Can I pay for another person?",
    "password manager does not work",
    "Where is my order?",
]


@pytest.mark.parametrize("text", WANTED)
def test_a_request_for_a_person_is_heard(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize("text", NOT_WANTED)
def test_a_mention_of_people_is_no_request(text: str) -> None:
    assert not wants_person(text)


def test_odd_input_is_no_request_and_takes_no_time() -> None:
    assert not wants_person("")
    assert not wants_person("\0 ... ?!")
    assert not wants_person("как " * 5_000 + "не надо меня " * 5_000)


def test_a_request_far_into_a_long_message_does_not_decide() -> None:
    assert not wants_person("слово " * 400 + "позовите оператора")


@pytest.mark.parametrize(
    "text",
    [
        "да",
        "Да, спасибо!",
        "Спасибо большое, всё получилось",
        "иә, рахмет",
        "Yes, thank you :)",
        "thanks, that worked",
        "ОК",
    ],
)
def test_thanks_say_that_the_answer_helped(text: str) -> None:
    assert verdict_on_answer(text) is Verdict.HELPED


@pytest.mark.parametrize(
    "text",
    [
        "нет",
        "Нет, это не то.",
        "Не помогло",
        "всё ещё не работает",
        "жоқ, бұл емес",
        "No, that's not it",
        "it doesn't work",
    ],
)
def test_a_customer_who_says_no_was_not_helped(text: str) -> None:
    assert verdict_on_answer(text) is Verdict.NOT_HELPED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "да, а как отменить заказ?",
        "Спасибо, а сколько стоит доставка?",
        "No internet since yesterday",
        "yes and where is my order",
        "не работает роутер",
        "работает ли поддержка ночью",
        "thank you page is broken",
        "да " * 200,
    ],
)
def test_whoever_says_more_than_a_verdict_asks_something(text: str) -> None:
    assert verdict_on_answer(text) is None


def test_a_long_row_of_verdicts_takes_no_time() -> None:
    assert verdict_on_answer("көп рахмет " * 10 + "x") is None


@pytest.mark.parametrize(
    "text",
    [
        "Привет!", "Здравствуйте", "Добрый день, как дела?", "Доброго времени суток!", "Сәлеметсіз бе!",
        "салем, қалайсыз?", "Қайырлы күн", "Hello there", "hi!", "Good morning, how are you?",
    ],
)  # fmt: skip
def test_a_greeting_asks_for_nothing(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize(
    "text",
    ["", "Привет, не работает интернет", "Здорово!", "Как дела с моим заказом?", "Hello, where is my order?",
     "Сәлем, тапсырыс қайда?", "Привет " * 60],
)  # fmt: skip
def test_what_asks_for_anything_is_no_greeting(text: str) -> None:
    assert not is_greeting(text)
