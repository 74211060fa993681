"""Loading of the texts, once per process."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from core.languages import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language by key, as templates with ``$names``."""

    templates: Mapping[str, Template]

    def render(self, key: str, **values: str) -> str:
        """The text with its values filled in; a ``$`` in a value stays as it is. Raises KeyError for an unknown key."""
        return self.templates[key].substitute(values)


@cache
def wording(language: Language) -> Wording:
    text = files("services.wording").joinpath(f"{language.value}.toml").read_text("utf-8")
    return Wording({key: Template(value.strip()) for key, value in tomllib.loads(text).items()})
