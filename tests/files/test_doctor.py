"""What `opora doctor` says of files and voice."""

from pathlib import Path
from typing import Any

from app.checks import Level, examine
from tests.doubles.openai import OpenAIDouble, Status, running_openai


async def test_a_store_that_works_is_fine_and_keeps_nothing(override: Any, tmp_path: Path) -> None:
    with override(OPORA_STORAGE_URL=f"file://{tmp_path}/kept") as settings:
        finding = await examine("files", settings)
    assert finding.level is Level.OK
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


async def test_a_store_that_cannot_be_written_is_named(override: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with override(OPORA_STORAGE_URL=f"file://{tmp_path}/file/below") as settings:
        finding = await examine("files", settings)
    assert (finding.level, finding.mend) == (Level.FAIL, "check OPORA_STORAGE_URL")


async def test_voice_that_is_not_set_up_is_fine(override: Any) -> None:
    with override() as settings:
        finding = await examine("voice", settings)
    assert finding.level is Level.OK
    assert "OPORA_STT_BASE_URL" in finding.text


async def test_a_speech_endpoint_is_asked_for_silence(override: Any) -> None:
    with (
        running_openai(OpenAIDouble(transcript="")) as double,
        override(OPORA_STT_BASE_URL=double.base_url, OPORA_STT_API_KEY=double.api_key) as settings,
    ):
        finding = await examine("voice", settings)
        double.faults.append(Status(401))
        refused = await examine("voice", settings)
    assert (finding.level, refused.level) == (Level.OK, Level.FAIL)
    assert double.api_key not in refused.text
