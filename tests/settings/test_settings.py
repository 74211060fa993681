"""Settings say what is wrong in one line, and keep their secrets."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from config.keys import keys_for, read_or_create_secret, role_password
from config.settings import SettingsError, get_settings, load_settings, override_settings

SECRET = "a-secret-of-forty-characters-for-the-tests"


@pytest.fixture(autouse=True)
def _no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPORA_PORT", "eighty"),
        ("OPORA_ENV", "prod"),
        ("OPORA_TRUSTED_PROXIES", "10.0.0.0/8,elsewhere"),
        ("OPORA_LLM_BASE_URL", "localhost:11434"),
        ("OPORA_RATE_LIMITS", "sometimes"),
        ("OPORA_WELCOME_BONUS", "-1"),
        ("OPORA_CLAMD_URL", "http://clamd"),
    ],
)
def test_wrong_value_is_one_line_that_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value).startswith(f"{name}: ")
    assert "\n" not in str(raised.value)


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(OPORA_PORT="x", OPORA_JOB_LEASE_S="y")
    assert {line.split(":")[0] for line in str(raised.value).splitlines()} == {"OPORA_PORT", "OPORA_JOB_LEASE_S"}


def test_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(OPORA_ENV="production", OPORA_SECRET_KEY="short-secret")
    assert "OPORA_SECRET_KEY" in str(raised.value)
    assert "short-secret" not in str(raised.value)


def test_environment_wins_over_file_and_empty_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("OPORA_PORT=9001\nOPORA_HOST=0.0.0.0\n")
    monkeypatch.setenv("OPORA_PORT", "9002")
    monkeypatch.setenv("OPORA_LLM_BASE_URL", "")
    settings = load_settings()
    assert (settings.http.port, settings.http.host, settings.llm.base_url) == (9002, "0.0.0.0", None)  # noqa: S104


def test_networks_are_parsed() -> None:
    settings = load_settings(OPORA_TRUSTED_PROXIES="10.0.0.0/8, ::1")
    assert settings.http.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1/128"))


def test_settings_show_no_secret() -> None:
    settings = load_settings(OPORA_SECRET_KEY=SECRET, OPORA_DATABASE_URL=f"postgresql://u:{SECRET}@host/db")
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {keys_for('tokens', settings)!r}"


def test_override_ends_with_its_block() -> None:
    before = get_settings()
    with override_settings(OPORA_PORT="9100"):
        assert get_settings().http.port == 9100
    assert get_settings() is before


def test_keys_differ_by_purpose_and_former_ones_still_verify() -> None:
    former = load_settings(OPORA_SECRET_KEY=SECRET)
    rotated = load_settings(OPORA_SECRET_KEY=SECRET[::-1], OPORA_SECRET_KEY_PREVIOUS=SECRET)
    assert keys_for("tokens", former)[0].secret != keys_for("stored-keys", former)[0].secret
    assert keys_for("tokens", rotated)[1] == keys_for("tokens", former)[0]
    assert role_password("opora_app", former) != role_password("opora_system", former)


def test_generated_secret_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret_key"
    assert read_or_create_secret(path) == read_or_create_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_damaged_secret_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.write_text("x")
    with pytest.raises(SettingsError, match="damaged"):
        read_or_create_secret(path)
