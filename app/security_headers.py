"""Response headers that tell browsers what a page of ours may do.

Follows Content Security Policy Level 3 and the OWASP secure headers project. Strict-Transport-Security (RFC 6797) goes
out where `OPORA_PUBLIC_URL` says that the world reaches us by TLS.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "content-security-policy"
STRICT_TRANSPORT_SECURITY = "strict-transport-security"
_A_YEAR = "max-age=31536000"

# What is not a page (JSON, downloads) needs nothing, also when somebody opens it as a document.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

DEFAULTS = {
    CONTENT_SECURITY_POLICY: DATA_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def page_policy(*, style_nonce: str | None = None, blob_workers: bool = False) -> str:
    """The Content-Security-Policy of a page made of our own files alone.

    ``style_nonce`` admits ``<style>`` elements that carry it, for libraries that write their styles at run time;
    ``blob_workers`` admits workers that a library starts from memory. Inline scripts are never admitted.
    """
    styles = "'self'" if style_nonce is None else f"'self' 'nonce-{style_nonce}'"
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": styles,
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "blob:" if blob_workers else "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class SecurityHeaders:
    """ASGI middleware: adds each header of :data:`DEFAULTS` that a response does not set itself.

    ``encrypted`` says that browsers may be told to come by TLS alone from now on.
    """

    def __init__(self, app: ASGIApp, *, encrypted: bool = False) -> None:
        self.app = app
        self._added = DEFAULTS | ({STRICT_TRANSPORT_SECURITY: _A_YEAR} if encrypted else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
