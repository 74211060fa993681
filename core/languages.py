"""The languages in which people write to Opora and in which it answers."""

from enum import StrEnum


class Language(StrEnum):
    RUSSIAN = "ru"
    KAZAKH = "kk"
    ENGLISH = "en"
