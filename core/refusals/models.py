"""Why a chat model gives no answer. All are :class:`core.errors.ModelUnavailable`: an answer becomes a handoff."""

from core.errors import ModelUnavailable


class ProviderUnavailable(ModelUnavailable):
    code = "AI_PROVIDER_UNAVAILABLE"


class TokenLimitExceeded(ModelUnavailable):
    """No token that may use the model has room today or this month."""

    code = "AI_TOKEN_LIMIT_EXCEEDED"
    status = 429


class RequestTimeout(ModelUnavailable):
    code = "AI_REQUEST_TIMEOUT"


class FailoverFailed(ModelUnavailable):
    """Several tokens were tried, and each failed."""

    code = "AI_PROXY_FAILOVER"
