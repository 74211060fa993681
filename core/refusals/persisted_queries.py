"""Why a document that is named by its hash is not run. Messages are those that clients of the protocol look for."""

from core.errors import BadRequest


class PersistedQueryNotFound(BadRequest):
    """The client sends the document once more, with its hash. No failure of the request: its status is 200."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    status = 200

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")


class PersistedQueryNotSupported(BadRequest):
    """Another version of the protocol, or another hash."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    status = 200

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class PersistedQueryMismatch(BadRequest):
    """The hash is not that of the document beside it."""

    code = "PERSISTED_QUERY_MISMATCH"

    def __init__(self) -> None:
        super().__init__("provided sha does not match query", field="extensions.persistedQuery.sha256Hash")
