"""Automatic persisted queries: a document is sent once, and by its SHA-256 alone from then on.

https://www.apollographql.com/docs/apollo-server/performance/apq/, over POST and GET. Each process keeps the documents
that it ran, the least used forgotten first: what another process does not know is sent once more. A hash is worth no
more than its document, whose limits and policies hold as ever.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from core.bounded_cache import BoundedCache
from core.refusals.persisted_queries import (
    PersistedQueryMismatch,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
)

LONGEST = 16_384
"""Characters of a document that is kept."""
_MOST = 1_000
_VERSION = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_kept: BoundedCache[str, str] = BoundedCache(_MOST)


def document_of(query: Any, extensions: Mapping[str, Any]) -> Any:
    """The document that a request asks for: ``query`` itself, or the one that its hash names.

    Raises PersistedQueryNotFound, PersistedQueryNotSupported, PersistedQueryMismatch.
    """
    named = extensions.get("persistedQuery")
    if named is None:
        return query
    digest = named.get("sha256Hash") if isinstance(named, dict) and named.get("version") == _VERSION else None
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise PersistedQueryNotSupported
    if isinstance(query, str) and query:
        if _digest(query) != digest:
            raise PersistedQueryMismatch
        return query
    found = _kept.get(digest)
    if found is None:
        raise PersistedQueryNotFound
    return found


def keep(query: str) -> None:
    """Remember a document that was run, for whoever names it by its hash."""
    if len(query) <= LONGEST:
        _kept.put(_digest(query), query)


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()
