"""Which questions ask the same: nearness of their vectors, in any language.

A question joins the nearest group whose mean question is near enough, else it begins one. The mean question of each
language is subtracted first, because a multilingual e5 model puts texts of one language near each other whatever they
ask. From which nearness on two ask the same is data, measured by ``python -m benchmarks.grouping``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from integrations.embeddings.port import Vector


@cache
def threshold(model: str) -> float:
    """Cosine from which on a question is of a group, by embedding model; the general one where none was measured."""
    tables = tomllib.loads(files("services").joinpath("question_grouping.toml").read_text("utf-8"))
    return float(tables["models"].get(model, tables["general"])["same"])


def direction(vector: Vector, language: str, means: Mapping[str, Vector]) -> Vector:
    """What a question asks without the language it asks in: shape (d,), of unit length; zeros stay zeros.

    ``means`` holds the mean question by language; another language takes their average.
    """
    mean = means.get(language)
    centred = vector - (np.mean(np.stack(list(means.values())), axis=0) if mean is None else mean)
    length = float(np.linalg.norm(centred))
    found: Vector = (centred / np.float32(length) if length > 1e-6 else np.zeros_like(vector)).astype(np.float32)
    return found
