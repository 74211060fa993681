"""Every setting is in .env.example, and that file names no other."""

import re

from config.settings import Settings
from config.variables import Group
from tests.architecture.source import ROOT


def test_example_lists_every_variable() -> None:
    groups = [field.annotation for field in Settings.model_fields.values()]
    kinds: list[type[Group]] = [
        Settings,
        *(kind for kind in groups if isinstance(kind, type) and issubclass(kind, Group)),
    ]
    known = {str(field.validation_alias) for kind in kinds for field in kind.model_fields.values()} - {"None"}
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))
    assert listed == known
