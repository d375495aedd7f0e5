"""What operators do in a conversation: each form once, however often it is sent, and a clear word when it cannot be.

A refused form comes back with what was typed and the id of the same deed; one that was taken comes back empty.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.conversation import Typed, shown, view_for
from console.parts import Parts
from console.rendering import Me, fragment
from console.signed_in import SignedIn
from console.standing import Sending, View
from domain.ids import ConversationId, DeedId, LetterId, NoteId, OperatorId
from operating.refusal import Mistyped, NotInShop, Refused
from storage import letters, ready_answers

_TAKING = "assumir"
_REPLY, _NOTE = "_responder.html", "_anotar.html"
_PLACES = {_REPLY: "responder", _NOTE: "anotar"}
_STALE = "O formulário veio incompleto. Recarregue a página e tente de novo."
_OF_AURORA = "Quem escreve aqui é da loja: a Aurora responde."

Text = Annotated[str, Form()]


def routes(parts: Parts) -> APIRouter:
    """Every form under /conversas/{id}."""
    routes = APIRouter(prefix="/conversas/{conversation_id}")
    attending = parts.attending

    @routes.post("/responder")
    async def reply(
        me: Me, request: Request, conversation_id: UUID, texto: Text = "", deed: Text = "", assumir: Text = ""
    ) -> Response:
        """Write to the customer; by the button that says so, whoever answers takes the conversation with that."""
        view = await view_for(parts, me, conversation_id)
        try:
            deed_id = _deed(view, deed)
            if not texto.strip():
                raise Mistyped("Escreva a mensagem antes de enviar.")
            if not await _is_written(me, deed_id):
                if assumir and view.sending is Sending.TAKES:
                    await attending.claim(me.operator, view.id, DeedId(uuid5(deed_id, _TAKING)))
                await attending.reply(me.operator, view.id, texto, deed_id)
        except Refused as refused:
            typed = Typed(reply=texto, reply_deed=_again(deed), said=str(refused))
            return await _form(me, request, view, refused, typed, _REPLY)
        return await _form(
            me, request, view, None, Typed(sent="Mensagem registrada; ela segue para o cliente."), _REPLY
        )

    @routes.post("/anotar")
    async def note(me: Me, request: Request, conversation_id: UUID, texto: Text = "", deed: Text = "") -> Response:
        """A word for the team."""
        view = await view_for(parts, me, conversation_id)
        try:
            await attending.note(me.operator, view.id, texto, NoteId(_deed(view, deed)))
        except Refused as refused:
            typed = Typed(note=texto, note_deed=_again(deed), note_said=str(refused))
            return await _form(me, request, view, refused, typed, _NOTE)
        return await _form(me, request, view, None, Typed(noted="Anotação guardada."), _NOTE)

    @routes.post("/assumir")
    async def claim(me: Me, request: Request, conversation_id: UUID, deed: Text = "") -> Response:
        """It is theirs from now on."""
        return await _change(me, request, conversation_id, deed, partial(attending.claim, me.operator))

    @routes.post("/devolver")
    async def release(me: Me, request: Request, conversation_id: UUID, deed: Text = "") -> Response:
        """The AI's again."""
        return await _change(me, request, conversation_id, deed, partial(attending.release, me.operator))

    @routes.post("/resolver")
    async def resolve(me: Me, request: Request, conversation_id: UUID, deed: Text = "") -> Response:
        """Settled."""
        return await _change(me, request, conversation_id, deed, partial(attending.resolve, me.operator))

    @routes.post("/transferir")
    async def assign(me: Me, request: Request, conversation_id: UUID, para: Text = "", deed: Text = "") -> Response:
        """Somebody else's."""
        return await _change(me, request, conversation_id, deed, partial(_assign, me, para))

    @routes.post("/pausar")
    async def pause(me: Me, request: Request, conversation_id: UUID, deed: Text = "") -> Response:
        """The AI is silent here."""
        return await _change(me, request, conversation_id, deed, partial(_set_ai, me, enabled=False))

    @routes.post("/retomar")
    async def resume(me: Me, request: Request, conversation_id: UUID, deed: Text = "") -> Response:
        """The AI answers here again."""
        return await _change(me, request, conversation_id, deed, partial(_set_ai, me, enabled=True))

    async def _change(
        me: SignedIn,
        request: Request,
        conversation_id: UUID,
        deed: str,
        act: Callable[[ConversationId, DeedId], Awaitable[object]],
    ) -> Response:
        """Have it done, and show how the conversation stands then, or why it was refused."""
        view = await view_for(parts, me, conversation_id)
        try:
            await act(view.id, _deed(view, deed))
        except Refused as refused:
            return await _standing(me, request, view, refused)
        return await _standing(me, request, view)

    async def _set_ai(me: SignedIn, conversation_id: ConversationId, deed_id: DeedId, *, enabled: bool) -> None:
        await attending.pause_ai(me.operator, conversation_id, enabled=enabled, deed_id=deed_id)

    async def _assign(me: SignedIn, para: str, conversation_id: ConversationId, deed_id: DeedId) -> None:
        whom = _uuid(para)
        if whom is None:
            raise Mistyped("Escolha para quem passar a conversa.")
        try:
            await attending.assign(me.operator, conversation_id, OperatorId(whom), deed_id)
        except NotInShop as unknown:  # the conversation was found: it is the colleague who is not there
            raise Refused("Essa pessoa não está mais na equipe; escolha outra.") from unknown

    async def _is_written(me: SignedIn, deed_id: DeedId) -> bool:
        """Whether an earlier sending of the same form was taken: whoever has the conversation by now keeps it."""
        async with parts.database.tenant(me.organization_id) as tenant:
            return await letters.find(tenant, LetterId(deed_id)) is not None

    async def _form(
        me: SignedIn, request: Request, view: View, refused: Refused | None, typed: Typed, template: str
    ) -> Response:
        """The form again: refused as it was, else empty."""
        if isinstance(refused, NotInShop):
            raise HTTPException(404)
        if refused is None and not _is_htmx(request):
            return RedirectResponse(f"/console/conversas/{view.id}#{_PLACES[template]}", 303)
        view = await view_for(parts, me, view.id, reads=True)
        if not _is_htmx(request):
            return await shown(parts, me, view, typed=typed, status=_status(refused))
        async with parts.database.tenant(me.organization_id) as tenant:
            answers = await ready_answers.listed(tenant)
        return HTMLResponse(fragment(template, view=view, typed=typed, answers=answers, csrf=me.csrf), _status(refused))

    async def _standing(me: SignedIn, request: Request, view: View, refused: Refused | None = None) -> Response:
        """Who has it now, and what may be done."""
        if isinstance(refused, NotInShop):
            raise HTTPException(404)
        if not _is_htmx(request) and refused is None:
            return RedirectResponse(f"/console/conversas/{view.id}#situacao", 303)
        view = await view_for(parts, me, view.id, reads=True)
        said = str(refused) if refused else ""
        if not _is_htmx(request):
            return await shown(parts, me, view, typed=Typed(standing_said=said), status=_status(refused))
        html = fragment("_situacao.html", view=view, csrf=me.csrf, zone=me.zone, said=said, is_alone=True)
        return HTMLResponse(html, _status(refused))

    return routes


def _deed(view: View, typed: str) -> DeedId:
    """The form's deed, in a conversation in which operators may act. Raises `Refused`."""
    if view.sending is Sending.READ_ONLY:
        raise Refused(_OF_AURORA)
    deed_id = _uuid(typed)
    if deed_id is None:
        raise Mistyped(_STALE)
    return DeedId(deed_id)


def _again(typed: str) -> str:
    """The deed of a form that comes back: its own, or a new one where it brought none."""
    return str(_uuid(typed) or uuid4())


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _status(refused: Refused | None) -> int:
    if refused is None:
        return 200
    return 422 if isinstance(refused, Mistyped) else 409


def _is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
