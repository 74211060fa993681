"""The file store that the settings name."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from config.settings import Settings
from integrations.storage.port import FileStore

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

_CONNECT_S = 5.0
_RETRIES = 2


def make_file_store(settings: Settings) -> FileStore:
    """A directory or a bucket, opened at its first use."""
    from integrations.storage.object_store import ObjectStore, shown_store

    url = settings.storage_url
    return ObjectStore(lambda: _open(url, settings.storage.timeout_s), name=shown_store(url))


def _open(url: str, timeout_s: float) -> "LocalStore | S3Store":
    """Raises OSError for a directory that cannot be made."""
    from obstore.store import LocalStore, S3Store

    parts = urlsplit(url)
    if parts.scheme == "file":
        directory = Path(unquote(parts.path))
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
        return LocalStore(directory, automatic_cleanup=True)
    longest = timedelta(seconds=timeout_s)
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        # The address is the admin's to choose; one of https is never left for http.
        client_options={
            "timeout": longest,
            "connect_timeout": timedelta(seconds=min(_CONNECT_S, timeout_s)),
            "allow_http": True,
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": longest},
    )
