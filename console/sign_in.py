"""The pages at the door: signing in, out, and changing one's own password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.guard import SIGN_IN, Guard, from_our_page, own_path
from console.rendering import Me, fragment, page
from domain.ids import DeedId
from operating.deeds import Deed
from operating.passwords import LONGEST, SHORTEST, PasswordsBusy
from operating.refusal import Mistyped, Refused
from operating.sign_in_limits import TooManyTries
from operating.signing_in import NotSignedIn, SigningIn

Typed = Annotated[str, Form()]
_BUSY = "Muita gente entrando ao mesmo tempo. Tente de novo em alguns segundos."


def door(signing_in: SigningIn, guard: Guard) -> APIRouter:
    """For whoever is not signed in."""
    routes = APIRouter()

    @routes.get("/entrar")
    async def ask(loja: str = "", destino: str = "") -> Response:
        """The form; `loja` may be in a bookmark."""
        return _form(shop=loja, destination=destino)

    @routes.post("/entrar")
    async def sign_in(
        request: Request, loja: Typed = "", email: Typed = "", senha: Typed = "", destino: Typed = ""
    ) -> Response:
        """A new session, whatever the browser showed before."""
        from_our_page(request)
        try:
            shown = await signing_in.sign_in(loja, email, senha, address_of(request), guard.mark(request))
        except NotSignedIn as wrong:
            return _form(shop=loja, email=email, destination=destino, said=str(wrong), status=422)
        except TooManyTries as often:
            return _form(
                shop=loja, email=email, destination=destino, said=str(often), status=429, retry_after=often.seconds
            )
        except PasswordsBusy:
            return _form(shop=loja, email=email, destination=destino, said=_BUSY, status=503, retry_after=5)
        await signing_in.sign_out(guard.shown(request))
        response = RedirectResponse(own_path(destino), 303)
        guard.let_in(response, shown, signing_in.mark(loja))
        return response

    return routes


def routes(signing_in: SigningIn, guard: Guard) -> APIRouter:
    """For whoever is signed in."""
    routes = APIRouter()

    @routes.post("/sair")
    async def sign_out(request: Request) -> Response:
        """The session is over."""
        await signing_in.sign_out(guard.shown(request))
        response = RedirectResponse(SIGN_IN, 303)
        guard.let_out(response)
        return response

    @routes.get("/senha")
    async def ask_password(me: Me, trocada: bool = False) -> Response:
        """One's own password."""
        return _password_form(me, done=trocada)

    @routes.post("/senha")
    async def change_password(
        request: Request,
        me: Me,
        deed: Annotated[DeedId, Form()],
        atual: Typed = "",
        nova: Typed = "",
        repetida: Typed = "",
    ) -> Response:
        """Changed; only this browser stays signed in."""
        try:
            if nova != repetida:
                raise Mistyped("as duas senhas novas não são iguais")
            shown = await signing_in.change_own_password(
                me.operator, Deed(deed, me.operator), atual, nova, address_of(request)
            )
        except TooManyTries as often:
            return _password_form(me, str(often), 429)
        except PasswordsBusy:
            return _password_form(me, _BUSY, 503)
        except Refused as refused:
            return _password_form(me, str(refused), 422)
        response = RedirectResponse("/console/senha?trocada=true", 303)
        guard.let_in(response, shown)
        return response

    return routes


def address_of(request: Request) -> str | None:
    """The client's address, as uvicorn tells it: behind a proxy, from X-Forwarded-For of those proxies it trusts."""
    return request.client.host if request.client else None


def _form(
    *,
    shop: str,
    destination: str,
    email: str = "",
    said: str = "",
    status: int = 200,
    retry_after: int | None = None,
) -> Response:
    html = fragment("entrar.html", shop=shop, email=email, destination=own_path(destination), said=said)
    return HTMLResponse(html, status, {"Retry-After": str(retry_after)} if retry_after else None)


def _password_form(me: Me, said: str = "", status: int = 200, *, done: bool = False) -> Response:
    return page(me, "senha.html", status=status, said=said, done=done, shortest=SHORTEST, longest=LONGEST)
