"""One booking: whose it is, and moving it, cancelling it, confirming it, saying what became of it."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from console.choosing_times import chosen_day, chosen_id, chosen_start
from console.parts import Parts
from console.rendering import Me, page
from domain.bookings import BookingStatus
from domain.dates import spoken
from domain.ids import BookingId, DeedId, ProfessionalId
from domain.texts import cleaned
from operating import appointments
from operating.booking_forms import Booked, booked
from operating.changed_bookings import Changed, CustomerTold
from operating.deeds import Deed
from operating.refusal import Mistyped, NotInShop, Refused

LONGEST_REASON = 300
_DONE = {
    "agendado": "Agendado.",
    "remarcado": "Remarcado.",
    "cancelado": "Cancelado; o horário está livre.",
    "confirmado": "Confirmado.",
    "marcado": "Anotado.",
}
_MARKS = {
    "chegou": BookingStatus.IN_PROGRESS,
    "concluir": BookingStatus.COMPLETED,
    "faltou": BookingStatus.NO_SHOW,
}
_WORDS = {
    BookingStatus.IN_PROGRESS: ("chegou", "Chegou"),
    BookingStatus.COMPLETED: ("concluir", "Concluir"),
    BookingStatus.NO_SHOW: ("faltou", "Não veio"),
}

Typed = Annotated[str, Form(max_length=2_000)]
Asked = Annotated[str, Query(max_length=200)]


async def _deed(me: Me, deed: Annotated[UUID, Form()]) -> Deed:
    return Deed(DeedId(deed), me.operator)


TheirDeed = Annotated[Deed, Depends(_deed)]


def routes(parts: Parts) -> APIRouter:
    """/{booking}, under /agenda."""
    routes = APIRouter(prefix="/{booking_id}")

    async def shown(
        me: Me, found: Booked, template: str = "marcado.html", *, said: str = "", status: int = 200, **more: object
    ) -> Response:
        day = found.entry.start.astimezone(me.zone).date()
        return page(
            me,
            template,
            status=status,
            topics=(),
            one=found.entry,
            booking=found,
            day=day,
            when=spoken(day, found.today),
            said=said,
            marks=[_WORDS[mark] for mark in found.marks],
            **more,
        )

    async def moving(
        me: Me,
        booking_id: BookingId,
        dia: str,
        profissional: str,
        *,
        outra: str = "",
        said: str = "",
        status: int = 200,
        tells: bool = True,
    ) -> Response:
        now = datetime.now(UTC)
        who = chosen_id(profissional)
        day = None
        try:
            day = chosen_day(dia, now.astimezone(me.zone).date())
        except Mistyped as mistyped:
            said, status = said or str(mistyped), 422
        try:
            found = await booked(
                parts.database,
                me.organization_id,
                booking_id,
                now,
                offering=True,
                day=day,
                professional_id=ProfessionalId(who) if who else None,
            )
        except NotInShop:
            raise
        except Refused as refused:  # somebody who works here no longer
            who, said, status = None, said or str(refused), 409
            found = await booked(parts.database, me.organization_id, booking_id, now, offering=True, day=day)
        return await shown(
            me,
            found,
            "remarcar.html",
            said=said,
            status=status,
            chosen_day=found.day.isoformat(),
            chosen_person=who,
            outra=outra,
            tells=tells,
        )

    @routes.get("")
    async def show(me: Me, booking_id: UUID, feito: Asked = "", aviso: Asked = "") -> Response:
        """The booking, and what may be done with it."""
        found = await booked(parts.database, me.organization_id, BookingId(booking_id), datetime.now(UTC))
        told = CustomerTold(aviso).sentence if aviso in set(CustomerTold) else ""
        return await shown(me, found, done=" ".join(filter(None, (_DONE.get(feito, ""), told))))

    async def again(me: Me, booking_id: UUID, refused: Refused) -> Response:
        found = await booked(parts.database, me.organization_id, BookingId(booking_id), datetime.now(UTC))
        return await shown(me, found, said=str(refused), status=409, done="")

    @routes.post("/confirmar")
    async def confirm(me: Me, booking_id: UUID, deed: TheirDeed) -> Response:
        """The customer said that they come."""
        now = datetime.now(UTC)
        try:
            changed = await appointments.confirm(parts.database, me.organization_id, deed, BookingId(booking_id), now)
        except NotInShop:
            raise
        except Refused as refused:
            return await again(me, booking_id, refused)
        return _back(changed, "confirmado")

    @routes.post("/marcar/{mark}")
    async def mark(me: Me, booking_id: UUID, mark: str, deed: TheirDeed) -> Response:
        """What the shop's people saw."""
        if mark not in _MARKS:
            raise HTTPException(404)
        now = datetime.now(UTC)
        try:
            changed = await appointments.mark(
                parts.database, me.organization_id, deed, BookingId(booking_id), _MARKS[mark], now
            )
        except NotInShop:
            raise
        except Refused as refused:
            return await again(me, booking_id, refused)
        return _back(changed, "marcado")

    @routes.get("/remarcar")
    async def ask_to_move(me: Me, booking_id: UUID, dia: Asked = "", profissional: Asked = "") -> Response:
        """The free times of a day."""
        return await moving(me, BookingId(booking_id), dia, profissional)

    @routes.post("/remarcar")
    async def move(
        me: Me,
        booking_id: UUID,
        deed: TheirDeed,
        dia: Typed = "",
        profissional: Typed = "",
        hora: Typed = "",
        outra: Typed = "",
        avisar: Typed = "",
    ) -> Response:
        """Another time, another professional, or both."""
        now = datetime.now(UTC)
        who = chosen_id(profissional)
        tells = bool(avisar)
        try:
            changed = await appointments.move(
                parts.database,
                me.organization_id,
                deed,
                BookingId(booking_id),
                now,
                start=chosen_start(hora, dia, outra, now.astimezone(me.zone).date(), me.zone),
                professional=ProfessionalId(who) if who else None,
                tell_customer=tells,
            )
        except NotInShop:
            raise
        except Refused as refused:
            status = 422 if isinstance(refused, Mistyped) else 409
            said = str(refused)
            return await moving(
                me, BookingId(booking_id), dia, profissional, outra=outra, said=said, status=status, tells=tells
            )
        return _back(changed, "remarcado")

    @routes.get("/cancelar")
    async def ask_to_cancel(me: Me, booking_id: UUID) -> Response:
        """Asks once more."""
        found = await booked(parts.database, me.organization_id, BookingId(booking_id), datetime.now(UTC))
        return await shown(me, found, "cancelar.html", reason="", tells=True, longest=LONGEST_REASON)

    @routes.post("/cancelar")
    async def cancel(me: Me, booking_id: UUID, deed: TheirDeed, motivo: Typed = "", avisar: Typed = "") -> Response:
        """The booking is off."""
        now = datetime.now(UTC)
        reason = " ".join(cleaned(motivo).split())
        tells = bool(avisar)
        try:
            if len(reason) > LONGEST_REASON:
                raise Mistyped(f"o motivo passa de {LONGEST_REASON} letras")
            changed = await appointments.cancel(
                parts.database,
                me.organization_id,
                deed,
                BookingId(booking_id),
                now,
                reason=reason,
                tell_customer=tells,
            )
        except NotInShop:
            raise
        except Refused as refused:
            found = await booked(parts.database, me.organization_id, BookingId(booking_id), now)
            status = 422 if isinstance(refused, Mistyped) else 409
            return await shown(
                me,
                found,
                "cancelar.html",
                said=str(refused),
                status=status,
                reason=reason,
                tells=tells,
                longest=LONGEST_REASON,
            )
        return _back(changed, "cancelado")

    return routes


def _back(changed: Changed, done: str) -> Response:
    return RedirectResponse(f"/console/agenda/{changed.booking.id}?feito={done}&aviso={changed.customer}", 303)
