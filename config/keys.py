"""The secret key and what is derived from it.

One secret is kept; every purpose (signing tokens, encrypting stored keys, a database role's password) gets a key of
its own by HKDF (RFC 5869), so that a leak of one tells nothing of another.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from config.settings import Settings, SettingsError, get_settings

_FILE_NAME = "secret_key"
_generated: dict[Path, str] = {}


@dataclass(frozen=True, slots=True)
class Key:
    """32 bytes for one purpose. ``kid`` names them without telling them."""

    kid: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key(kid={self.kid!r})"


def keys_for(purpose: str, settings: Settings | None = None) -> tuple[Key, ...]:
    """Keys for ``purpose``, the present one first, then those that still verify and decrypt after a rotation."""
    settings = settings or get_settings()
    previous = [key.get_secret_value() for key in settings.identity.previous_secret_keys]
    return tuple(_derive(secret, purpose) for secret in (_secret(settings), *previous))


def role_password(role: str, settings: Settings | None = None) -> str:
    """The password of an application role in PostgreSQL (``opora_app``, ``opora_system``)."""
    key = keys_for(f"database-role:{role}", settings)[0]
    return base64.urlsafe_b64encode(key.secret).rstrip(b"=").decode()


def present_secret(settings: Settings) -> str:
    """The secret itself, for whoever keeps a copy of the installation."""
    return _secret(settings)


def install_secret(settings: Settings, secret: str) -> None:
    """Make ``secret`` that of the data directory, for installations whose settings name none. What was there stays
    beside it, for whatever is still sealed with it.
    """
    path = settings.data_dir / _FILE_NAME
    if path.exists() and path.read_text(encoding="ascii").strip() != secret:
        path.replace(path.with_name(f"{_FILE_NAME}.before-restore"))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, secret)
    _generated[settings.data_dir] = secret


@lru_cache(maxsize=64)
def _derive(secret: str, purpose: str) -> Key:
    extracted = hmac.digest(b"opora", secret.encode(), "sha256")
    okm = hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
    return Key(kid=hashlib.sha256(okm).hexdigest()[:12], secret=okm)


def _secret(settings: Settings) -> str:
    if settings.identity.secret_key is not None:
        return settings.identity.secret_key.get_secret_value()
    if settings.data_dir not in _generated:
        try:
            _generated[settings.data_dir] = read_or_create_secret(settings.data_dir / _FILE_NAME)
        except OSError as error:
            raise SettingsError(
                f"OPORA_SECRET_KEY: not set, and {error.filename or settings.data_dir} cannot be written"
            ) from error
    return _generated[settings.data_dir]


def read_or_create_secret(path: Path) -> str:
    """The secret in ``path``; made once, readable by its owner alone. Of processes that race, one wins for all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _create(path, secrets.token_urlsafe(48))
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 32:
        raise SettingsError(f"{path}: damaged, it holds {len(secret)} characters; restore it from a backup")
    return secret


def _create(path: Path, secret: str) -> None:
    # mkstemp makes the file 0600; link() refuses to replace, so nobody ever reads a half-written secret.
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
