"""Why the copilot has nothing for an operator."""

from core.errors import BadRequest, Unavailable


class CopilotAbsent(Unavailable):
    """No chat model is set: there is nobody to ask."""

    code = "COPILOT_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("No chat model is set: set OPORA_LLM_BASE_URL, or add an AI token")


class NothingToAnswer(BadRequest):
    """The customer has said nothing in words yet."""

    code = "NOTHING_TO_ANSWER"

    def __init__(self) -> None:
        super().__init__("The customer has written nothing yet")


class AnswerCutShort(Unavailable):
    """The model ran out of its length, so that a part of the text would be lost."""

    code = "AI_ANSWER_CUT_SHORT"

    def __init__(self) -> None:
        super().__init__("The text is too long for the model: take a part of it")
