"""The interview's own texts, in services/interviewing/words."""

import tomllib
from functools import cache
from importlib.resources import files
from string import Template

from core.languages import Language
from services.wording.texts import Wording


def say(language: Language | None, key: str, **values: str) -> str:
    """One text in the client's language. Raises KeyError for a key that there is not."""
    return _texts(language or Language.RUSSIAN).render(key, **values)


@cache
def _texts(language: Language) -> Wording:
    source = files("services.interviewing.words").joinpath(f"texts_{language.value}.toml").read_text("utf-8")
    return Wording({key: Template(value.strip()) for key, value in tomllib.loads(source).items()})
