"""A booking's own steps: what comes next, what time alone does to it, and what the customer is told of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from activities.sending import Sending, SendOutcome, SendReply
from domain.booking_life import (
    BookingTimes,
    NextStep,
    Step,
    after_time,
    calls_for,
    next_step,
    steps_to_come,
    when,
)
from domain.bookings import BookingStatus, ChangedBy
from domain.conversation import AgentType, Sender
from domain.frozen import Frozen
from domain.ids import BookingId, OrganizationId, TurnId
from domain.notices import NoticeKind, notice_text
from domain.shop_calendar import ShopCalendar
from reception.desk import AROUND, Desk
from storage import booking_notices, bookings, conversations, held_slots, organizations
from storage.booking_notices import NoticeOutcome
from storage.bookings import BookingRow
from storage.database import Connection, Database
from storage.outbox import give_up

_log = structlog.get_logger()
_A_MOMENT = timedelta(minutes=5)
_TURNS = UUID("0d8e4c26-8d0f-4c39-8a39-5b0c5a9b7f52")


class LookAtBooking(Frozen):
    """Which booking, and the workflow's time."""

    organization_id: OrganizationId
    booking_id: BookingId
    now: AwareDatetime


class BookingStep(Frozen):
    """A step of a booking whose time has come."""

    organization_id: OrganizationId
    booking_id: BookingId
    step: NextStep
    now: AwareDatetime


class BookingView(Frozen):
    """What comes next in a booking's life (None: nothing any more), and its state for people to read.

    `overtaken` are notices that wait for the shop's number, and are not due any more.
    """

    next: NextStep | None
    state: str
    overtaken: tuple[NextStep, ...] = ()

    def in_words(self) -> str:
        """The state as operators read it."""
        return _STATES.get(self.state, self.state)


_STATES = {status.value: status.portuguese for status in BookingStatus} | {
    "hold": "horário guardado enquanto o cliente decide",
    "released": "o cliente não ficou com nenhum horário",
}


class NotifyOutcome(StrEnum):
    """What became of a notice."""

    DONE = "done"
    """Sent, or certain never to be."""
    HELD = "held"
    """The shop's number is offline; to be tried again while it is due."""


class BookingLife:
    """Activities of `BookingWorkflow`. The row is the truth: each looks at it again before it does anything."""

    def __init__(self, database: Database, sending: Sending) -> None:
        self._database = database
        self._sending = sending

    @activity.defn
    async def look_at_booking(self, order: LookAtBooking) -> BookingView:
        """What comes next, by the row and the shop's rules as they are now. Reads only."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            desk = await _desk(tenant, order.organization_id, order.now)
            row = await bookings.find(tenant, order.booking_id)
            held_until = await held_slots.first_expiry(tenant, order.booking_id)
            times = await _times(tenant, row) if row else None
            calendar, rules = await _calendar(desk, row.start if row else order.now), desk.shop.agenda_rules
            found = next_step(times, held_until=held_until, rules=rules, calendar=calendar, now=order.now)
            coming = steps_to_come(times, rules=rules, calendar=calendar, now=order.now) if times else []
            due = {(step.notice, step.timed_at) for step in coming}
            overtaken = [
                NextStep(step=Step.NOTIFY, due=order.now, notice=kind, timed_at=timed_at)
                for kind, timed_at in await booking_notices.under_way(tenant, order.booking_id)
                if (kind, timed_at) not in due
            ]
        state = str(row.status) if row else "hold" if held_until else "released"
        return BookingView(next=found, state=state, overtaken=tuple(overtaken))

    @activity.defn
    async def take_booking_step(self, order: BookingStep) -> None:
        """Let go of expired slots, begin or close. Idempotent: a second run finds it done, or a row that has moved."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            if order.step.step is Step.RELEASE:
                freed = await held_slots.release(tenant, order.booking_id, expired_by=order.now)
                self._say(order, "[WORKER] Held slots came free", slots=freed)
                return
            shop = await organizations.get(tenant, order.organization_id)
            row = await bookings.find(tenant, order.booking_id, for_change=True)
            if row is None:
                return
            due = when(order.step.step, start=row.start, end=row.end, rules=shop.agenda_rules)
            becomes = after_time(row.status, order.step.step, shop.agenda_rules)
            if becomes is None or due > order.now:
                return
            await bookings.set_status(tenant, row.id, becomes, by=ChangedBy.TIME, now=order.now)
        self._say(order, "[WORKER] Booking changed by time", status=becomes)

    @activity.defn
    async def notify_of_booking(self, order: BookingStep) -> NotifyOutcome:
        """Write to the customer, if the booking is still as it was when the notice was planned.

        Idempotent by (booking, kind, timed_at): the message is a row before it is sent, and a second run finds it.
        """
        kind, timed_at = _what_about(order.step)
        async with engine_errors():
            async with self._database.tenant(order.organization_id) as tenant:
                send = await self._compose(tenant, order, kind, timed_at)
            if send is None:
                return NotifyOutcome.DONE
            outcome = await self._sending.send_reply(send)
            if outcome is SendOutcome.HELD:
                return NotifyOutcome.HELD
            async with self._database.tenant(order.organization_id) as tenant:
                ended = NoticeOutcome.SENT if outcome is SendOutcome.SENT else NoticeOutcome.FAILED
                await booking_notices.end(tenant, order.booking_id, kind, timed_at, ended)
        self._say(order, "[WORKER] Notice of a booking", notice=kind, outcome=ended)
        return NotifyOutcome.DONE

    @activity.defn
    async def drop_notice(self, order: BookingStep) -> None:
        """The notice is not due any more, or cannot be sent: what is left of it never is. Idempotent."""
        kind, timed_at = _what_about(order.step)
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            if await bookings.find(tenant, order.booking_id, for_change=True) is None:
                return
            turn_id = _turn(order.booking_id, kind, timed_at)
            # Noted although it may never have begun: else it would be due again at once.
            await booking_notices.begin(tenant, order.organization_id, order.booking_id, kind, timed_at, turn_id)
            await give_up(tenant, turn_id, "não enviada: o aviso perdeu o sentido")
            await booking_notices.end(tenant, order.booking_id, kind, timed_at, NoticeOutcome.SKIPPED)

    async def _compose(
        self, tenant: Connection, order: BookingStep, kind: NoticeKind, timed_at: datetime
    ) -> SendReply | None:
        """The message; None when there is nothing to say (any more), or nobody to say it to."""
        row = await bookings.find(tenant, order.booking_id, for_change=True)
        if row is None or row.timed_at != timed_at or not calls_for(kind, row.status):
            return None
        desk = await _desk(tenant, order.organization_id, order.now)
        if not await _is_due(desk, row, order.step):  # the rules, or the hours, are others since it was planned
            return None
        turn_id = _turn(row.id, kind, timed_at)
        noted = await booking_notices.begin(tenant, order.organization_id, row.id, kind, timed_at, turn_id)
        if noted is not NoticeOutcome.SENDING:
            return None
        reach = await conversations.reach(tenant, row.contact_id, row.conversation_id)
        if reach is None:
            await booking_notices.end(tenant, row.id, kind, timed_at, NoticeOutcome.SKIPPED)
            self._say(order, "[WORKER] Nobody to notify", notice=kind)
            return None
        return SendReply(
            organization_id=order.organization_id,
            instance_id=reach.instance_id,
            conversation_id=reach.conversation_id,
            turn_id=turn_id,
            to=reach.address,
            text=notice_text(kind, row.facts(desk.zone), desk.shop.name, desk.today),
            sender=Sender.SYSTEM,
            agent=AgentType.CLIENT_AI,
            answers=(),
            contact_id=row.contact_id,
        )

    def _say(self, order: BookingStep, msg: str, **more: object) -> None:
        _log.info(msg, organizationId=str(order.organization_id), bookingId=str(order.booking_id), **more)


async def _desk(tenant: Connection, organization_id: OrganizationId, now: AwareDatetime) -> Desk:
    return Desk(tenant, await organizations.get(tenant, organization_id), now, ChangedBy.TIME)


async def _times(tenant: Connection, row: BookingRow) -> BookingTimes:
    told = await booking_notices.done_with(tenant, row.id, row.timed_at)
    return BookingTimes(status=row.status, start=row.start, end=row.end, timed_at=row.timed_at, told=told)


async def _calendar(desk: Desk, at: datetime) -> ShopCalendar:
    """The shop's days as far from a moment as its notices may be."""
    around = at.astimezone(desk.zone).date()
    return await desk.calendar(around - AROUND, around + AROUND)


async def _is_due(desk: Desk, row: BookingRow, planned: NextStep) -> bool:
    """Whether a notice is still planned, and not for later. One of closing time may take a moment longer."""
    now = planned.due if desk.now - planned.due < _A_MOMENT else desk.now
    calendar, times = await _calendar(desk, row.start), await _times(desk.tenant, row)
    coming = steps_to_come(times, rules=desk.shop.agenda_rules, calendar=calendar, now=now)
    return any(step.notice is planned.notice and step.due <= now for step in coming)


def _what_about(step: NextStep) -> tuple[NoticeKind, datetime]:
    if step.notice is None or step.timed_at is None:
        raise ValueError("a notice has a kind, and a time it is about")
    return step.notice, step.timed_at


def _turn(booking_id: BookingId, kind: NoticeKind, timed_at: datetime) -> TurnId:
    """Names the notice for ever; a booking that is moved away and back is told of again."""
    return TurnId(uuid5(_TURNS, f"{booking_id}/{kind}/{timed_at.timestamp():.6f}"))
