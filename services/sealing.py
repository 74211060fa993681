"""Secrets of others that we keep, such as the tokens of bots: encrypted where they rest.

A sealed text is a compact JWE (RFC 7516) with the direct key of its purpose and A256GCM; its header names the key, so
that what was sealed before a rotation of `OPORA_SECRET_KEY` still opens.
"""

from functools import lru_cache

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from config.keys import Key, keys_for
from core.errors import Unavailable

TELEGRAM_TOKENS = "telegram.tokens"
AI_TOKENS = "ai.tokens"
SIGN_IN = "sign_in.secrets"
_ALGORITHMS = ["dir", "A256GCM"]


def seal(text: str, *, purpose: str = TELEGRAM_TOKENS) -> str:
    """``text`` under the present key of ``purpose``. Sealed twice, it reads differently."""
    key = keys_for(purpose)[0]
    header = {"alg": "dir", "enc": "A256GCM", "kid": key.kid}
    return jwe.encrypt_compact(header, text.encode(), _imported(key), algorithms=_ALGORITHMS)


def unseal(sealed: str, *, purpose: str = TELEGRAM_TOKENS) -> str:
    """What was sealed. Raises Unavailable where no key of ours opens it: the secret key was lost or replaced."""
    for key in keys_for(purpose):
        try:
            opened = jwe.decrypt_compact(sealed, _imported(key), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            continue
        if opened.plaintext is not None:
            return opened.plaintext.decode()
    raise Unavailable("A stored secret cannot be opened: set OPORA_SECRET_KEY_PREVIOUS to the key it was kept under")


@lru_cache(maxsize=16)
def _imported(key: Key) -> OctKey:
    return OctKey.import_key(key.secret)
