"""A site of a customer company that has the widget: another origin than Opora's, with a Content-Security-Policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

# What docs/widget.md asks for and nothing else; scripts may not even make a style or an element of a text.
_POLICY = "default-src 'none'; script-src {opora}; connect-src {opora} {socket}; img-src {opora}; base-uri 'none'"
_STRICTER = "; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
_PAGE = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Shop</title>'
    '<script async src="{opora}/widget.js" data-site-token="{token}"></script></head>'
    '<body><main><h1>Shop</h1><a href="#first">First link</a></main></body></html>'
)


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if "opora" not in asked:
            self.send_error(404)
            return
        body = _PAGE.format(**{name: escape(value) for name, value in asked.items()}).encode()
        opora = asked["opora"]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        policy = _POLICY.format(opora=opora, socket=opora.replace("http", "ws", 1)) + _STRICTER
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def address(shop: str, opora: str, token: str, language: str = "en") -> str:
    """Of the page of ``shop`` that loads the widget of ``opora``."""
    return f"{shop}/?{urlencode({'opora': opora, 'token': token, 'lang': language})}"


@contextmanager
def running() -> Iterator[str]:
    """Its origin; the demo's assistant serves that host."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
