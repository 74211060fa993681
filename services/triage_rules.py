"""The measured bounds of triage: see triage.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Rules:
    """``category`` and ``tone`` are confidences, ``patience`` is in seconds."""

    category: float
    tone: float
    patience: float


@cache
def rules() -> Rules:
    return Rules(**tomllib.loads(files("services").joinpath("triage.toml").read_text("utf-8")))
