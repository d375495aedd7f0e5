"""Booking for a customer: find them, choose pet, service, person and day, then one of the free times.

Every step is a plain form; what is chosen stands in the address, so that a step back loses nothing.
"""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from console.choosing_times import chosen_day, chosen_id, chosen_start
from console.parts import Parts
from console.rendering import Me, page
from domain.ids import ContactId, DeedId, PetId, ProfessionalId, ServiceId
from domain.services import Trait
from domain.shop import Coat, Size
from operating import appointments, as_written
from operating.booking_forms import BookingForm, Choices, form_of, found_customers
from operating.changed_bookings import AlreadyBooked
from operating.deeds import Deed
from operating.refusal import Mistyped, NotInShop, Refused
from operating.wanted_bookings import ChosenBooking

_Short = Annotated[str, Field(max_length=200)]


class Asked(BaseModel):
    """The form as it was typed; everything may be missing yet."""

    busca: _Short = ""
    cliente: _Short = ""
    pet: _Short = ""
    servico: _Short = ""
    profissional: _Short = ""
    dia: _Short = ""
    hora: _Short = ""
    outra: _Short = ""
    porte: _Short = ""
    pelo: _Short = ""


class Sent(Asked):
    """The last step; `avisar` is there when the box is ticked."""

    deed: UUID
    avisar: _Short = ""


def routes(parts: Parts) -> APIRouter:
    """/novo, under /agenda."""
    routes = APIRouter(prefix="/novo")

    async def shown(
        me: Me,
        asked: Asked,
        now: datetime,
        *,
        said: str = "",
        status: int = 200,
        tells: bool = True,
        there: UUID | None = None,
    ) -> Response:
        form: BookingForm | None = None
        today = now.astimezone(me.zone).date()
        if asked.cliente:
            try:
                form = await form_of(parts.database, me.organization_id, _choices(me, asked, now), now)
            except NotInShop:
                raise
            except Refused as refused:  # what was chosen cannot be any more: the form without it
                said, status = said or str(refused), status if said else _status(refused)
                bare = asked.model_copy(update={"servico": "", "profissional": "", "dia": "", "porte": "", "pelo": ""})
                form = await form_of(parts.database, me.organization_id, _choices(me, bare, now), now)
        found = await found_customers(parts.database, me.organization_id, asked.busca) if not form else []
        return page(
            me,
            "agendamento.html",
            status=status,
            asked=asked,
            form=form,
            found=found,
            said=said,
            there=there,
            tells=tells,
            day=_day_shown(asked, today),
            today=today,
            sizes=list(Size),
            coats=list(Coat),
            Trait=Trait,
        )

    @routes.get("")
    async def ask(me: Me, asked: Annotated[Asked, Query()]) -> Response:
        """The form, as far as it is filled in."""
        return await shown(me, asked, datetime.now(UTC))

    @routes.post("")
    async def book(me: Me, sent: Annotated[Sent, Form()]) -> Response:
        """Book, and show the booking; sent twice, it is one."""
        now = datetime.now(UTC)
        tells = bool(sent.avisar)
        try:
            chosen = _choices(me, sent, now)
            if chosen.pet_id is None or chosen.service_id is None:
                raise Mistyped("escolha o pet e o serviço")
            await _traits_known(parts, me, chosen, now)
            made = await appointments.book(
                parts.database,
                me.organization_id,
                Deed(DeedId(sent.deed), me.operator),
                ChosenBooking(
                    contact_id=chosen.contact_id,
                    pet_id=chosen.pet_id,
                    service_id=chosen.service_id,
                    start=chosen_start(sent.hora, sent.dia, sent.outra, now.astimezone(me.zone).date(), me.zone),
                    professional_id=chosen.professional_id,
                    size=chosen.size,
                    coat=chosen.coat,
                ),
                now,
                tell_customer=tells,
            )
        except NotInShop:
            raise
        except AlreadyBooked as already:
            said, there = str(already), already.booking_id
            return await shown(me, sent, now, said=said, status=409, tells=tells, there=there)
        except Refused as refused:
            return await shown(me, sent, now, said=str(refused), status=_status(refused), tells=tells)
        return RedirectResponse(f"/console/agenda/{made.booking.id}?feito=agendado&aviso={made.customer}", 303)

    return routes


async def _traits_known(parts: Parts, me: Me, chosen: Choices, now: datetime) -> None:
    """Raises `Mistyped` where duration and price depend on what nobody said of the pet."""
    form = await form_of(parts.database, me.organization_id, chosen, now)
    if form.missing and form.pet and form.service:
        traits = " e o ".join(trait.portuguese.partition(" ")[0] for trait in form.missing)
        raise Mistyped(f"diga o {traits} de {form.pet.name}: dele dependem a duração e o preço de {form.service.name}")


def _choices(me: Me, asked: Asked, now: datetime) -> Choices:
    """Raises `Mistyped`, and `HTTPException` (404) where there is no customer, or an id is none."""
    contact = chosen_id(asked.cliente)
    if contact is None:
        raise HTTPException(404)
    pet, service, who = chosen_id(asked.pet), chosen_id(asked.servico), chosen_id(asked.profissional)
    return Choices(
        contact_id=ContactId(contact),
        pet_id=PetId(pet) if pet else None,
        service_id=ServiceId(service) if service else None,
        professional_id=ProfessionalId(who) if who else None,
        day=chosen_day(asked.dia, now.astimezone(me.zone).date()),
        size=as_written.size(asked.porte) if asked.porte else None,
        coat=as_written.coat(asked.pelo) if asked.pelo else None,
    )


def _day_shown(asked: Asked, today: date) -> str:
    """The day as the date field takes it; today where there is none, or it cannot be read."""
    try:
        return (chosen_day(asked.dia, today) or today).isoformat()
    except Mistyped:
        return today.isoformat()


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Mistyped) else 409
