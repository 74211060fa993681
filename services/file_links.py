"""Addresses of files that work without a token, for a quarter of an hour: what pages put into ``<img>``.

A link says which tenant's file it opens and until when, under an HMAC-SHA256 with a key of its own purpose. Whoever
has the link has the file, so a link is only shown to those who may read the file.
"""

import hmac
import time
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from config.keys import keys_for
from core.errors import NotFound
from models.conversations import Attachment

_STEP_S = 300
LIFE_S = 3 * _STEP_S
"""The longest life of a link, in seconds. Links end at whole five minutes, so a page that is shown again within them
has the same addresses, and the browser's cache holds what they lead to."""


@dataclass(frozen=True, slots=True)
class SignedLink:
    """The query of a link, as it came."""

    tenant: int
    expires: int
    signature: str


def path_of(attachment: Attachment) -> str:
    """The plain address, for whoever sends a token."""
    return f"/uploads/files/{attachment.public_id}/{quote(attachment.file_name, safe='')}"


def signed_path(attachment: Attachment) -> str:
    """The address with a signature; it opens the file for ten to fifteen minutes."""
    expires = (int(time.time()) // _STEP_S) * _STEP_S + LIFE_S
    signature = _sign(keys_for("files")[0].secret, attachment.tenant_id, attachment.public_id, expires)
    return f"{path_of(attachment)}?tenant={attachment.tenant_id}&expires={expires}&signature={signature}"


def check(link: SignedLink, public_id: UUID) -> None:
    """Raises NotFound for a link that has ended or that we never made: neither tells whether the file exists."""
    expected = [_sign(key.secret, link.tenant, public_id, link.expires) for key in keys_for("files")]
    genuine = any(hmac.compare_digest(link.signature.encode(), one.encode()) for one in expected)
    if not genuine or link.expires < time.time():
        raise NotFound("file", public_id)


def _sign(key: bytes, tenant_id: int, public_id: UUID, expires: int) -> str:
    return hmac.new(key, f"{tenant_id}/{public_id}/{expires}".encode(), "sha256").hexdigest()
