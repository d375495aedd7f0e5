"""The shop's operators, for its admins: who may come in, and as what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import RedirectResponse, Response

from console.parts import Parts
from console.rendering import Me, page
from domain.ids import DeedId
from domain.operators import Operator, OperatorRole
from operating import operators
from operating.deeds import Deed
from operating.passwords import LONGEST, SHORTEST, Passwords, PasswordsBusy, generated
from operating.refusal import Mistyped, Refused

_BACK = "/console/equipe"
_BUSY = "Muitas senhas sendo guardadas ao mesmo tempo. Tente de novo em alguns segundos."

Typed = Annotated[str, Form()]


async def _deed(me: Me, deed: Annotated[DeedId, Form()]) -> Deed:
    return Deed(deed, me.operator)


TheirDeed = Annotated[Deed, Depends(_deed)]


async def _admins_only(me: Me) -> None:
    if not me.operator.is_admin:
        raise HTTPException(403)


def routes(parts: Parts, passwords: Passwords) -> APIRouter:
    """Everything under /equipe."""
    routes = APIRouter(prefix="/equipe", dependencies=[Depends(_admins_only)])

    async def colleague(me: Me, operator_id: UUID) -> Operator:
        found = await operators.of_id(parts.database, me.organization_id, operator_id)
        if found is None:
            raise HTTPException(404)
        return found

    Colleague = Annotated[Operator, Depends(colleague)]

    async def shown(
        me: Me,
        *,
        said: str = "",
        status: int = 200,
        name: str = "",
        email: str = "",
        made: tuple[str, str] | None = None,
    ) -> Response:
        return page(
            me,
            "equipe.html",
            status=status,
            team=await operators.listed(parts.database, me.organization_id),
            roles=list(OperatorRole),
            said=said,
            name=name,
            email=email,
            made=made,
            shortest=SHORTEST,
            longest=LONGEST,
        )

    @routes.get("")
    async def team(me: Me) -> Response:
        """Everybody, and the form for one more."""
        return await shown(me)

    @routes.post("")
    async def add(
        me: Me,
        deed: TheirDeed,
        nome: Typed = "",
        email: Typed = "",
        senha: Typed = "",
        papel: Annotated[OperatorRole, Form()] = OperatorRole.ATTENDANT,
    ) -> Response:
        """One more; a password that nobody typed is made, and shown this once."""
        password = senha or generated()
        try:
            new = await operators.add(
                parts.database,
                passwords,
                me.organization_id,
                deed,
                name=nome,
                email=email,
                role=papel,
                password=password,
            )
        except PasswordsBusy:
            return await shown(me, said=_BUSY, status=503, name=nome, email=email)
        except Refused as refused:
            return await shown(me, said=str(refused), status=_status(refused), name=nome, email=email)
        return _to_the_list() if senha else await shown(me, made=(new.name, password))

    @routes.post("/{operator_id}/desativar")
    async def deactivate(me: Me, deed: TheirDeed, one: Colleague) -> Response:
        """Out at once."""
        try:
            await operators.deactivate(parts.database, me.organization_id, deed, one.id)
        except Refused as refused:
            return await shown(me, said=str(refused), status=409)
        return _to_the_list()

    @routes.post("/{operator_id}/reativar")
    async def reactivate(me: Me, deed: TheirDeed, one: Colleague) -> Response:
        """In again."""
        await operators.reactivate(parts.database, me.organization_id, deed, one.id)
        return _to_the_list()

    @routes.post("/{operator_id}/papel")
    async def set_role(me: Me, deed: TheirDeed, one: Colleague, papel: Annotated[OperatorRole, Form()]) -> Response:
        """Attendant or admin."""
        try:
            await operators.set_role(parts.database, me.organization_id, deed, one.id, papel)
        except Refused as refused:
            return await shown(me, said=str(refused), status=409)
        return _to_the_list()

    @routes.post("/{operator_id}/senha")
    async def set_password(me: Me, deed: TheirDeed, one: Colleague) -> Response:
        """A password that is made, and shown this once; one's own is changed under /senha."""
        if one.id == me.operator.id:
            return RedirectResponse("/console/senha", 303)
        password = generated()
        try:
            await operators.set_password(parts.database, passwords, me.organization_id, deed, one.id, password)
        except PasswordsBusy:
            return await shown(me, said=_BUSY, status=503)
        return await shown(me, made=(one.name, password))

    return routes


def _to_the_list() -> Response:
    return RedirectResponse(_BACK, 303)


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Mistyped) else 409
