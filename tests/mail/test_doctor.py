"""What `opora doctor` says of e-mail."""

from typing import Any
from urllib.parse import quote

from app.checks import Level, examine
from tests.doubles.smtp import PASSWORD, USER, smtp_server


async def test_no_server_is_fine_and_says_where_mail_is_kept(override: Any) -> None:
    with override() as settings:
        finding = await examine("mail", settings)
    assert finding.level is Level.OK
    assert str(settings.data_dir / "mail") in finding.text


async def test_a_server_is_signed_in_to(override: Any) -> None:
    async with smtp_server() as double:
        login = f"{quote(USER)}:{quote(PASSWORD, safe='')}"
        with override(OPORA_SMTP_URL=f"smtp://{login}@127.0.0.1:{double.port}") as settings:
            finding = await examine("mail", settings)
        with override(OPORA_SMTP_URL=f"smtp://{quote(USER)}:wrong@127.0.0.1:{double.port}") as settings:
            refused = await examine("mail", settings)
    assert (finding.level, refused.level) == (Level.OK, Level.FAIL)
    assert "535" in refused.text
    assert refused.mend == "check OPORA_SMTP_URL"
    assert double.received == []
