"""All settings, frozen and grouped: the only reader of the environment.

``get_settings()`` reads the environment and ``.env`` once. Tests change values with :func:`override_settings`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from config import groups
from config.variables import Group, SettingsError, explain, unknown_variables, variable

__all__ = ["Settings", "SettingsError", "get_settings", "load_settings", "override_settings", "unknown_settings"]


class Settings(Group):
    """The root: ``settings.http.port``, ``settings.llm.base_url``, ..."""

    # The groups' own names are no variables: the prefix keeps an environment that has `http` set out of them.
    model_config = SettingsConfigDict(env_prefix="OPORA__")

    env: Literal["development", "production", "test"] = variable("OPORA_ENV", "development")
    data_dir: Path = variable("OPORA_DATA_DIR", Path("var"), validate_default=True)

    http: groups.HttpSettings = Field(default_factory=groups.HttpSettings)
    outgoing: groups.OutgoingSettings = Field(default_factory=groups.OutgoingSettings)
    database: groups.DatabaseSettings = Field(default_factory=groups.DatabaseSettings)
    redis: groups.RedisSettings = Field(default_factory=groups.RedisSettings)
    llm: groups.LlmSettings = Field(default_factory=groups.LlmSettings)
    embeddings: groups.EmbeddingsSettings = Field(default_factory=groups.EmbeddingsSettings)
    speech: groups.SpeechSettings = Field(default_factory=groups.SpeechSettings)
    telegram: groups.TelegramSettings = Field(default_factory=groups.TelegramSettings)
    tbank: groups.TbankSettings = Field(default_factory=groups.TbankSettings)
    yookassa: groups.YookassaSettings = Field(default_factory=groups.YookassaSettings)
    mail: groups.MailSettings = Field(default_factory=groups.MailSettings)
    storage: groups.StorageSettings = Field(default_factory=groups.StorageSettings)
    antivirus: groups.AntivirusSettings = Field(default_factory=groups.AntivirusSettings)
    vectors: groups.VectorSettings = Field(default_factory=groups.VectorSettings)
    jobs: groups.JobSettings = Field(default_factory=groups.JobSettings)
    limits: groups.LimitSettings = Field(default_factory=groups.LimitSettings)
    knowledge: groups.KnowledgeSettings = Field(default_factory=groups.KnowledgeSettings)
    identity: groups.IdentitySettings = Field(default_factory=groups.IdentitySettings)
    billing: groups.BillingSettings = Field(default_factory=groups.BillingSettings)
    dialogs: groups.DialogSettings = Field(default_factory=groups.DialogSettings)
    streams: groups.StreamSettings = Field(default_factory=groups.StreamSettings)
    leads: groups.LeadSettings = Field(default_factory=groups.LeadSettings)
    monitoring: groups.MonitoringSettings = Field(default_factory=groups.MonitoringSettings)
    tracing: groups.TracingSettings = Field(default_factory=groups.TracingSettings)
    log: groups.LogSettings = Field(default_factory=groups.LogSettings)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        # Made absolute at once: a process that changes its directory later must not move the data.
        return path.expanduser().absolute()

    @model_validator(mode="after")
    def _production_needs_a_key(self) -> Self:
        key = self.identity.secret_key
        if self.env == "production" and (key is None or len(key.get_secret_value()) < 32):
            raise ValueError(
                "OPORA_SECRET_KEY: required when OPORA_ENV=production, at least 32 characters; make one with"
                ' python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return self

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def storage_url(self) -> str:
        """Where uploads are kept: the configured address, else ``uploads`` in the data directory."""
        return self.storage.url or (self.data_dir / "uploads").as_uri()

    @property
    def log_format(self) -> Literal["console", "json"]:
        return self.log.format or ("json" if self.is_production else "console")


_current: list[Settings] = []


def load_settings(**variables: Any) -> Settings:
    """Read settings anew; ``variables`` (by their full names) win over the environment and ``.env``.

    Raises SettingsError, which names each wrong variable on a line of its own.
    """
    read: dict[str, Any] = {}
    wrong: list[str] = []
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            try:
                read[name] = field.annotation(**variables)
            except ValidationError as error:
                wrong.append(explain(error))
    if wrong:
        raise SettingsError("\n".join(wrong))
    try:
        return Settings(**read, **variables)
    except ValidationError as error:
        raise SettingsError(explain(error)) from None


def unknown_settings() -> list[str]:
    """Names in the environment or ``.env`` that look like ours, but that nothing reads."""
    kinds = [field.annotation for field in Settings.model_fields.values()]
    return unknown_variables(
        [Settings, *(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Group))]
    )


def get_settings() -> Settings:
    """The settings of this process, read at the first call. Raises SettingsError."""
    if not _current:
        _current.append(load_settings())
    return _current[-1]


@contextmanager
def override_settings(**variables: Any) -> Iterator[Settings]:
    """For tests: the environment's settings with ``variables`` (by full name) on top, until the block ends."""
    settings = load_settings(**variables)
    _current.append(settings)
    try:
        yield settings
    finally:
        _current.remove(settings)
