"""What keeps the page to itself: headers on every answer, and only the host names that it is served under."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names under which a page bound to this machine alone is reached."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def fault(status: int, what: str, where: str = "", expected: str = "", remedy: str = "") -> JSONResponse:
    """An error as JSON: what, where, what was expected, what to do next."""
    return JSONResponse({"error": {"what": what, "where": where, "expected": expected, "remedy": remedy}}, status)


class Safety:
    """ASGI middleware: refuses unknown host names (DNS rebinding) and sets HEADERS; API answers are never cached."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/api/", "/healthz")):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        host = host_name(Headers(scope=scope).get("host", ""))
        if host in self._hosts:
            await self._app(scope, receive, send_with_headers)
            return
        refused = fault(
            421, f"this page is not served as '{host}'", "the Host header", f"one of {', '.join(sorted(self._hosts))}",
            "open it under one of these names, or start it with this name among its hosts",
        )  # fmt: skip
        await refused(scope, receive, send_with_headers)


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower()
