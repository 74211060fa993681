"""Secrets at rest: opened by the key they were sealed under, through a rotation, and by no other."""

from typing import Any

import pytest

from core.errors import Unavailable
from services.sealing import seal, unseal
from tests.fixtures.clusters import SECRET_KEY

TOKEN = "123456:АБВ-secret"
OTHER_KEY = "another-secret-key-of-more-than-32-characters"


def test_what_is_sealed_opens_and_does_not_show(settings: object) -> None:
    sealed = seal(TOKEN)
    assert unseal(sealed) == TOKEN
    assert "secret" not in sealed
    assert seal(TOKEN) != sealed


def test_it_opens_after_a_rotation_of_the_key(override: Any) -> None:
    sealed = seal(TOKEN)
    with override(OPORA_SECRET_KEY=OTHER_KEY, OPORA_SECRET_KEY_PREVIOUS=SECRET_KEY):
        assert unseal(sealed) == TOKEN
        renewed = seal(TOKEN)
    with pytest.raises(Unavailable):
        unseal(renewed)


def test_another_key_and_another_purpose_open_nothing(override: Any) -> None:
    sealed = seal(TOKEN)
    with pytest.raises(Unavailable):
        unseal(sealed, purpose="other")
    with override(OPORA_SECRET_KEY=OTHER_KEY), pytest.raises(Unavailable, match="OPORA_SECRET_KEY_PREVIOUS"):
        unseal(sealed)


@pytest.mark.parametrize("place", range(5))
def test_a_changed_part_does_not_open(settings: object, place: int) -> None:
    parts = seal(TOKEN).split(".")
    parts[place] = ("A" if not parts[place].startswith("A") else "B") + parts[place][1:]
    with pytest.raises(Unavailable):
        unseal(".".join(parts))


@pytest.mark.parametrize("sealed", ["", "x", "....", "a.b.c.d.e", "é", "\x00", "x" * 100_000])
def test_what_was_never_sealed_does_not_open(settings: object, sealed: str) -> None:
    with pytest.raises(Unavailable):
        unseal(sealed)
