"""What `opora kb import` says of a file that it passes over."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from app.knowledge import _import_file
from core.actor import system_actor
from core.errors import UnsupportedFormat

REASON = "The file is named .txt but its content is an HTML page. " + "Accepted: .txt, .md, .pdf, .docx. " * 3


async def _refuse(*_: object, **__: object) -> None:
    raise UnsupportedFormat(REASON)


async def test_the_reason_is_shown_whole_on_a_narrow_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.knowledge.import_file", _refuse)
    file = tmp_path / "page[1].txt"
    file.write_text("<html>")
    screen = io.StringIO()
    with Progress(console=Console(file=screen, width=40)) as bar:
        assert await _import_file(system_actor(1), file, file.name, bar) is None
    assert f"page[1].txt: {REASON}" in screen.getvalue()
