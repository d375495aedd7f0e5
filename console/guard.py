"""Who is let in to a page, and which forms are taken: those of a session, with its csrf token, from a page of ours."""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import quote, urlsplit

from fastapi import HTTPException, Request, Response

from console.signed_in import SignedIn
from operating.signing_in import LONGEST, SigningIn

SIGN_IN = "/console/entrar"
_HOME = "/console/fila"
_OF_THE_DOOR = frozenset({SIGN_IN, "/console/sair"})
_LONGEST_DESTINATION = 500
_KNOWN_FOR = timedelta(days=180)
_READING = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({"same-origin", "none"})


class Guard:
    """A dependency of every page but the sign-in: puts `SignedIn` into `request.state.signed_in`, or turns away."""

    def __init__(self, signing_in: SigningIn, *, secure_cookies: bool) -> None:
        self._signing_in = signing_in
        self._secure = secure_cookies
        self._cookie = "__Host-auzap" if secure_cookies else "auzap"
        self._mark = f"{self._cookie}-conhecido"

    async def __call__(self, request: Request) -> None:
        """Raises `HTTPException`: 303 to the sign-in (401 for streams and for htmx), 403 for a form not of our own."""
        shown = self.shown(request)
        is_stream = "text/event-stream" in request.headers.get("accept", "")
        session = await self._signing_in.session_of(shown, is_used=not is_stream)  # it returns by itself for ever
        if session is None:
            raise _sent_to_the_door(request)
        csrf = _csrf(shown)
        if request.method not in _READING:
            from_our_page(request)
            if not hmac.compare_digest(csrf.encode(), (await _brought(request)).encode("utf-8", "replace")):
                raise HTTPException(403)
        request.state.signed_in = SignedIn(session.operator, session.shop, csrf)

    async def still_signed_in(self, request: Request) -> bool:
        """Whether the session that a request came with lasts still."""
        return await self._signing_in.session_of(self.shown(request), is_used=False) is not None

    def shown(self, request: Request) -> str:
        """What the browser shows for a session; empty when nothing."""
        return request.cookies.get(self._cookie, "")

    def mark(self, request: Request) -> str:
        """What the browser keeps of an earlier sign-in; empty when nothing."""
        return request.cookies.get(self._mark, "")

    def let_in(self, response: Response, shown: str, mark: str = "") -> None:
        """The browser shows this from now on, and keeps the mark, if one, also when it is let out."""
        self._set(response, self._cookie, shown, LONGEST)
        if mark:
            self._set(response, self._mark, mark, _KNOWN_FOR)

    def let_out(self, response: Response) -> None:
        """The browser shows nothing any more."""
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def _set(self, response: Response, name: str, value: str, lasts: timedelta) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )


def from_our_page(request: Request) -> None:
    """Raises `HTTPException` 403 for a form that another site's page sent.

    Browsers say so by Sec-Fetch-Site, and older ones, or over plain HTTP, by Origin. What says neither is no browser.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in _OWN_SITES:
            raise HTTPException(403)
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


def own_path(destination: str | None) -> str:
    """Where to go after the sign-in: a page of the console, and the queue instead of anything else."""
    path = destination or ""
    is_plain = path.isascii() and path.isprintable() and not set(path) & set("\\ ") and ".." not in path
    if not is_plain or len(path) > _LONGEST_DESTINATION or not path.startswith("/console/"):
        return _HOME
    return _HOME if urlsplit(path).path in _OF_THE_DOOR else path


def _sent_to_the_door(request: Request) -> HTTPException:
    if "text/event-stream" in request.headers.get("accept", ""):
        return HTTPException(401)
    door = f"{SIGN_IN}?destino={quote(own_path(_where(request)), safe='/')}"
    if request.headers.get("hx-request") == "true":
        return HTTPException(401, headers={"HX-Redirect": door})
    return HTTPException(303, headers={"Location": door})


def _where(request: Request) -> str:
    """The page that was asked for; for a form, the page it was on."""
    if request.method in _READING and request.headers.get("hx-request") != "true":
        path = request.url.path
        return f"{path}?{request.url.query}" if request.url.query else path
    page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "")
    if page.netloc != request.headers.get("host"):
        return _HOME
    return f"{page.path}?{page.query}" if page.query else page.path


async def _brought(request: Request) -> str:
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    field = (await request.form()).get("csrf")
    return field if isinstance(field, str) else ""


def _csrf(shown: str) -> str:
    """What forms of this session carry: made of its token, and of no use without it."""
    return hmac.new(shown.encode(), b"csrf of the console", hashlib.sha256).hexdigest()
