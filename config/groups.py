"""The groups of settings. docs/settings.md explains them to people; .env.example lists them.

Durations say their unit in the name (``_s`` seconds, ``_days``); sizes are bytes unless the name says MB.
"""

from decimal import Decimal
from typing import Literal

from pydantic import SecretStr

from config.variables import Group, Names, Networks, SecretNames, WebAddress, variable


class HttpSettings(Group):
    """Where the API listens, and where the world reaches it."""

    host: str = variable("OPORA_HOST", "127.0.0.1")
    port: int = variable("OPORA_PORT", 8000, ge=0, le=65535)
    public_url: WebAddress | None = variable("OPORA_PUBLIC_URL")
    trusted_proxies: Networks = variable("OPORA_TRUSTED_PROXIES", ())
    allowed_origins: Names = variable("OPORA_ALLOWED_ORIGINS", ())
    shutdown_s: int = variable("OPORA_SHUTDOWN_S", 10, ge=1)
    drain_s: float = variable("OPORA_DRAIN_S", 0.0, ge=0, le=300)


class OutgoingSettings(Group):
    """What tenants may have us call: the public network, and these of the installation's own beside it."""

    private_networks: Networks = variable("OPORA_PRIVATE_NETWORKS", ())


class DatabaseSettings(Group):
    """``url`` is the owner's; absent means the embedded server, whose address ``opora up`` hands down."""

    url: SecretStr | None = variable("OPORA_DATABASE_URL")
    pool_size: int = variable("OPORA_DATABASE_POOL_SIZE", 10, ge=1, le=500)
    statement_timeout_s: int = variable("OPORA_DATABASE_STATEMENT_TIMEOUT_S", 30, ge=1)


class RedisSettings(Group):
    url: SecretStr | None = variable("OPORA_REDIS_URL")


class LlmSettings(Group):
    """An OpenAI-compatible chat endpoint. ``budget_s`` bounds all tries of one answer together."""

    base_url: WebAddress | None = variable("OPORA_LLM_BASE_URL")
    api_key: SecretStr | None = variable("OPORA_LLM_API_KEY")
    model: str | None = variable("OPORA_LLM_MODEL")
    timeout_s: float = variable("OPORA_LLM_TIMEOUT_S", 30.0, gt=0)
    budget_s: float = variable("OPORA_LLM_BUDGET_S", 60.0, gt=0)
    max_retries: int = variable("OPORA_LLM_MAX_RETRIES", 2, ge=0, le=10)
    token_rest_s: int = variable("OPORA_AI_TOKEN_REST_S", 60, ge=0)


class EmbeddingsSettings(Group):
    """An OpenAI-compatible embeddings endpoint; without ``base_url`` the embedded model is used."""

    base_url: WebAddress | None = variable("OPORA_EMBEDDINGS_BASE_URL")
    api_key: SecretStr | None = variable("OPORA_EMBEDDINGS_API_KEY")
    model: str | None = variable("OPORA_EMBEDDINGS_MODEL")
    dimensions: int | None = variable("OPORA_EMBEDDINGS_DIMENSIONS", None, ge=1, le=4096)
    timeout_s: float = variable("OPORA_EMBEDDINGS_TIMEOUT_S", 30.0, gt=0)
    max_retries: int = variable("OPORA_EMBEDDINGS_MAX_RETRIES", 2, ge=0, le=10)


class SpeechSettings(Group):
    """An OpenAI-compatible transcription endpoint, or the ``embedded`` model; neither: voice is answered with 503."""

    base_url: WebAddress | None = variable("OPORA_STT_BASE_URL")
    api_key: SecretStr | None = variable("OPORA_STT_API_KEY")
    model: str = variable("OPORA_STT_MODEL", "whisper-1")
    timeout_s: float = variable("OPORA_STT_TIMEOUT_S", 60.0, gt=0)
    max_retries: int = variable("OPORA_STT_MAX_RETRIES", 1, ge=0, le=10)
    embedded: bool = variable("OPORA_STT_EMBEDDED", False)


class TelegramSettings(Group):
    bot_token: SecretStr | None = variable("OPORA_TELEGRAM_BOT_TOKEN")
    api_url: WebAddress = variable("OPORA_TELEGRAM_API_URL", "https://api.telegram.org")


class TbankSettings(Group):
    """T-Bank acquiring; ``networks`` are those its documentation names as senders of notifications
    (https://developer.tbank.ru/eacq/intro/developer/notification)."""

    terminal_key: str | None = variable("OPORA_TBANK_TERMINAL_KEY")
    password: SecretStr | None = variable("OPORA_TBANK_PASSWORD")
    api_url: WebAddress = variable("OPORA_TBANK_API_URL", "https://securepay.tinkoff.ru/v2")
    networks: Networks = variable(
        "OPORA_TBANK_NETWORKS", "91.194.226.0/23,91.218.132.0/22,212.49.24.0/24,212.233.80.0/22", validate_default=True
    )


class YookassaSettings(Group):
    """YooKassa; ``networks`` are those its documentation names as senders of notifications
    (https://yookassa.ru/developers/using-api/webhooks)."""

    shop_id: str | None = variable("OPORA_YOOKASSA_SHOP_ID")
    secret_key: SecretStr | None = variable("OPORA_YOOKASSA_SECRET_KEY")
    api_url: WebAddress = variable("OPORA_YOOKASSA_API_URL", "https://api.yookassa.ru/v3")
    networks: Networks = variable(
        "OPORA_YOOKASSA_NETWORKS",
        "185.71.76.0/27,185.71.77.0/27,77.75.153.0/25,77.75.154.128/25,77.75.156.11,77.75.156.35,2a02:5180::/32",
        validate_default=True,
    )


class MailSettings(Group):
    """``smtp_url`` is ``smtp://user:password@host:port`` or ``smtps://``; absent, mail becomes ``.eml`` files.

    ``contact`` receives what the contact form is sent; absent, the admins of the default tenant do.
    """

    smtp_url: SecretStr | None = variable("OPORA_SMTP_URL")
    sender: str = variable(
        "OPORA_MAIL_FROM", "Opora <opora@localhost>", pattern=r"^([^<>\r\n]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+)$"
    )
    timeout_s: float = variable("OPORA_SMTP_TIMEOUT_S", 20.0, gt=0)
    contact: str | None = variable("OPORA_CONTACT_EMAIL", None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    retention_days: int = variable("OPORA_MAIL_RETENTION_DAYS", 14, ge=1)


class StorageSettings(Group):
    """``file:///path`` or ``s3://bucket``; absent means ``uploads`` in the data directory."""

    url: str | None = variable("OPORA_STORAGE_URL", None, pattern=r"^(file:///|s3://[^/\s]+)")
    timeout_s: float = variable("OPORA_STORAGE_TIMEOUT_S", 30.0, gt=0)


class AntivirusSettings(Group):
    url: str | None = variable("OPORA_CLAMD_URL", None, pattern=r"^(tcp://[^/\s]+:\d+|unix:///.+)$")
    timeout_s: float = variable("OPORA_CLAMD_TIMEOUT_S", 30.0, gt=0)


class VectorSettings(Group):
    store: Literal["pgvector", "weaviate"] = variable("OPORA_VECTOR_STORE", "pgvector")
    weaviate_url: WebAddress = variable("OPORA_WEAVIATE_URL", "http://127.0.0.1:8080")
    weaviate_grpc_port: int = variable("OPORA_WEAVIATE_GRPC_PORT", 50051, ge=1, le=65535)
    weaviate_api_key: SecretStr | None = variable("OPORA_WEAVIATE_API_KEY")


class JobSettings(Group):
    """A task that does not finish or renew within ``lease_s`` is sent again."""

    lease_s: int = variable("OPORA_JOB_LEASE_S", 15, ge=1)
    worker_threads: int = variable("OPORA_WORKER_THREADS", 8, ge=1, le=64)
    worker_processes: int = variable("OPORA_WORKER_PROCESSES", 1, ge=1, le=64)
    event_retention_days: int = variable("OPORA_EVENT_RETENTION_DAYS", 30, ge=1)


class LimitSettings(Group):
    """What one caller may ask of us. ``rate_limits`` off lifts every count per time, not the sizes."""

    rate_limits: bool = variable("OPORA_RATE_LIMITS", True)
    auth_per_minute: int = variable("OPORA_RATE_LIMIT_AUTH_PER_MINUTE", 5, ge=1)
    login_per_5_minutes: int = variable("OPORA_RATE_LIMIT_LOGIN_PER_5_MINUTES", 5, ge=1)
    resend_per_minute: int = variable("OPORA_RATE_LIMIT_RESEND_PER_MINUTE", 1, ge=1)
    resend_per_day: int = variable("OPORA_RATE_LIMIT_RESEND_PER_DAY", 10, ge=1)
    agent_per_minute: int = variable("OPORA_RATE_LIMIT_AGENT_PER_MINUTE", 10, ge=1)
    handoff_per_minute: int = variable("OPORA_RATE_LIMIT_HANDOFF_PER_MINUTE", 3, ge=1)
    top_up_per_10_minutes: int = variable("OPORA_RATE_LIMIT_TOP_UP_PER_10_MINUTES", 3, ge=1)
    other_per_minute: int = variable("OPORA_RATE_LIMIT_OTHER_PER_MINUTE", 100, ge=1)
    graphql_per_minute: int = variable("OPORA_RATE_LIMIT_GRAPHQL_PER_MINUTE", 600, ge=1)
    uploads_per_5_minutes: int = variable("OPORA_RATE_LIMIT_UPLOADS_PER_5_MINUTES", 10, ge=1)
    websocket_per_minute: int = variable("OPORA_RATE_LIMIT_WEBSOCKET_PER_MINUTE", 50, ge=1)
    max_upload_mb: int = variable("OPORA_MAX_UPLOAD_MB", 20, ge=1, le=1024)
    upload_quota_mb: int = variable("OPORA_UPLOAD_QUOTA_MB", 500, ge=1)
    tenant_quota_mb: int = variable("OPORA_TENANT_QUOTA_MB", 20_000, ge=1)
    guest_upload_mb: int = variable("OPORA_GUEST_UPLOAD_MB", 10, ge=1, le=1024)
    guest_quota_mb: int = variable("OPORA_GUEST_QUOTA_MB", 50, ge=1)
    graphql_depth: int = variable("OPORA_GRAPHQL_MAX_DEPTH", 12, ge=1)
    graphql_aliases: int = variable("OPORA_GRAPHQL_MAX_ALIASES", 30, ge=0)
    graphql_tokens: int = variable("OPORA_GRAPHQL_MAX_TOKENS", 2000, ge=1)
    graphql_body_bytes: int = variable("OPORA_GRAPHQL_MAX_BODY_BYTES", 1_000_000, ge=1)
    graphql_cost: int = variable("OPORA_GRAPHQL_MAX_COST", 5000, ge=1)

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * 1024 * 1024


class KnowledgeSettings(Group):
    """Lengths are characters of the source text."""

    chunk_chars: int = variable("OPORA_CHUNK_CHARS", 900, ge=100, le=8000)


class IdentitySettings(Group):
    """Lives of tokens as the five documents give them; ``secret_key`` is read through :mod:`config.keys`."""

    secret_key: SecretStr | None = variable("OPORA_SECRET_KEY")
    previous_secret_keys: SecretNames = variable("OPORA_SECRET_KEY_PREVIOUS", ())
    leads_token_minutes: int = variable("ACCESS_TOKEN_EXPIRE_MINUTES", 10080, ge=1)
    support_token_s: int = variable("OPORA_SUPPORT_TOKEN_S", 1800, ge=1)
    telegram_token_s: int = variable("OPORA_TELEGRAM_TOKEN_S", 604800, ge=1)
    token_s: int = variable("OPORA_TOKEN_S", 86400, ge=1)
    refresh_token_days: int = variable("OPORA_REFRESH_TOKEN_DAYS", 30, ge=1)
    bcrypt_rounds: int = variable("OPORA_BCRYPT_ROUNDS", 12, ge=4, le=16)
    password_rules: Literal["documented", "strict"] = variable("OPORA_PASSWORD_RULES", "documented")
    email_confirmation_required: bool = variable("OPORA_EMAIL_CONFIRMATION_REQUIRED", False)


class BillingSettings(Group):
    """Money in roubles, decimal."""

    welcome_bonus: Decimal = variable("OPORA_WELCOME_BONUS", Decimal("500.00"), ge=0, decimal_places=2)
    price_widget_message: Decimal = variable("OPORA_PRICE_WIDGET_MESSAGE", Decimal("5.00"), ge=0, decimal_places=2)
    price_telegram_message: Decimal = variable("OPORA_PRICE_TELEGRAM_MESSAGE", Decimal("5.00"), ge=0, decimal_places=2)
    largest_payment: Decimal = variable("OPORA_LARGEST_PAYMENT", Decimal("1000000.00"), gt=0, decimal_places=2)
    payment_timeout_s: float = variable("OPORA_PAYMENT_TIMEOUT_S", 10.0, gt=0)


class DialogSettings(Group):
    """``operator_capacity`` is how many dialogs at once an operator has who names no capacity."""

    handoff_grace_s: int = variable("OPORA_HANDOFF_GRACE_S", 120, ge=0)
    operator_capacity: int = variable("OPORA_OPERATOR_CAPACITY", 5, ge=1, le=1000)


class StreamSettings(Group):
    """Sockets and event streams of dialogs: how often they are pinged, and how many streams may be open at once."""

    heartbeat_s: float = variable("OPORA_HEARTBEAT_S", 30.0, gt=0)
    sse_per_person: int = variable("OPORA_SSE_PER_PERSON", 20, ge=1)
    sse_per_address: int = variable("OPORA_SSE_PER_ADDRESS", 200, ge=1)
    sse_per_process: int = variable("OPORA_SSE_PER_PROCESS", 5000, ge=1)


class LeadSettings(Group):
    """``phone_region`` is where numbers without a country code are dialled, as ISO 3166 has it."""

    phone_region: str = variable("OPORA_PHONE_REGION", "KZ", pattern=r"^[A-Z]{2}$")


class MonitoringSettings(Group):
    """Percentages from which an alert opens, once so many samples in a row reach them; how long figures are kept.

    Samples become five-minute means after ``metrics_raw_hours``, and hourly ones after a week.
    """

    metrics_period_s: int = variable("OPORA_METRICS_PERIOD_S", 30, ge=1, le=60)
    metrics_raw_hours: int = variable("OPORA_METRICS_RAW_HOURS", 24, ge=1, le=168)
    metrics_days: int = variable("OPORA_METRICS_DAYS", 90, ge=8, le=3650)
    alert_cpu_percent: float = variable("OPORA_ALERT_CPU_PERCENT", 90.0, gt=5, le=100)
    alert_memory_percent: float = variable("OPORA_ALERT_MEMORY_PERCENT", 90.0, gt=5, le=100)
    alert_disk_percent: float = variable("OPORA_ALERT_DISK_PERCENT", 90.0, gt=5, le=100)
    alert_samples: int = variable("OPORA_ALERT_SAMPLES", 3, ge=1, le=100)


class TracingSettings(Group):
    """``endpoint`` is a collector's OTLP/HTTP address, to which ``/v1/traces`` is added; absent, nothing is traced.

    ``headers`` are ``name=value``, separated by commas; ``sample`` is the share of traces that is kept.
    """

    endpoint: WebAddress | None = variable("OPORA_OTEL_ENDPOINT")
    headers: SecretStr | None = variable("OPORA_OTEL_HEADERS")
    sample: float = variable("OPORA_OTEL_SAMPLE", 1.0, ge=0, le=1)


class LogSettings(Group):
    """``format`` absent means JSON in production and console elsewhere."""

    format: Literal["console", "json"] | None = variable("OPORA_LOG_FORMAT")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = variable("OPORA_LOG_LEVEL", "INFO")
    stored_level: Literal["INFO", "WARNING", "ERROR", "off"] = variable("OPORA_LOG_STORED_LEVEL", "INFO")
    retention_days: int = variable("OPORA_LOG_RETENTION_DAYS", 14, ge=1)
