"""What holds for every request and answer of the console: bodies have a bound, and browsers are told to be strict."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.problems import problem_page
from webhooks.routes import Refusal, whole_body

_MAX_FORM_BYTES = 65_536
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers then say `Origin: null` of our own forms, and these could not be told from strangers'.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Answering:
    """Around the whole console."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a form whole, within its bounds of size and time, before anything looks at it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        has_begun = False

        async def strict(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] in _WITH_BODY:
            try:
                body = await whole_body(Request(scope, receive), _MAX_FORM_BYTES)
            except Refusal as refusal:
                await problem_page(refusal.status)(scope, receive, strict)
                return
            receive = _once(body, receive)
        try:
            await self._app(scope, receive, strict)
        except Exception:
            if not has_begun:  # what Starlette itself answers would not be strict: it stands around this
                await problem_page(500)(scope, receive, strict)
            raise  # to be logged


def _once(body: bytes, then: Receive) -> Receive:
    is_given = False

    async def receive() -> Message:
        nonlocal is_given
        if is_given:
            return await then()  # whether the client has gone
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
