"""The reception desk: one shop's agenda at one moment, and who is asking. Every change of the agenda goes through here,
whoever asks: Client AI, Aurora, an operator, or time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.agenda import Agenda
from domain.booking_life import calls_for
from domain.bookings import BookingFacts, ChangedBy
from domain.busy_times import NEVER_BUSY
from domain.ids import BookingId, ConversationId, PetId, ProfessionalId
from domain.notices import notices_before, promise
from domain.shop import Organization
from domain.shop_calendar import ShopCalendar
from storage import busy, conversations, pets, professionals, special_days
from storage.bookings import BookingRow
from storage.database import Connection

_FIRST, _LAST = date.min + timedelta(days=9), date.max - timedelta(days=9)
AROUND = timedelta(days=20)
"""Notices may move this far from their booking: what the calendar has to know of."""


@dataclass(frozen=True)
class Desk:
    """A shop's reception, in a transaction bound to it. `now` is the caller's clock; `conversation_id` the asker's.

    `only` is the one professional that will do: the agenda, and so every time it offers instead, is theirs alone.
    """

    tenant: Connection
    shop: Organization
    now: datetime
    by: ChangedBy
    conversation_id: ConversationId | None = None
    only: ProfessionalId | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return self.shop.zone

    @property
    def today(self) -> date:
        """Today in the shop."""
        return self.now.astimezone(self.zone).date()

    async def calendar(self, first: date, last: date) -> ShopCalendar:
        """When the shop is open in a period."""
        return ShopCalendar(
            zone=self.zone,
            hours=self.shop.opening_hours,
            special_days=await special_days.spans_between(self.tenant, first, last),
            state=self.shop.agenda_rules.state,
            opens_on_holidays=self.shop.agenda_rules.opens_on_holidays,
        )

    async def agenda(
        self, first: date, last: date, *, pet_id: PetId | None = None, besides: BookingId | None = None
    ) -> Agenda:
        """The agenda of these days, as the asker may have it; `besides` is a booking that is to be moved."""
        start, end = (  # a model may ask for the first or last day there is
            datetime.combine(min(max(day, _FIRST), _LAST) + timedelta(days=ahead), time.min, tzinfo=self.zone)
            for day, ahead in ((first, -1), (last, 2))
        )
        rules = self.shop.agenda_rules
        if self.by is not ChangedBy.CUSTOMER:  # the shop's own people need no notice
            rules = rules.model_copy(update={"minimum_notice_minutes": 0})
        return Agenda(
            calendar=await self.calendar(first, last),
            rules=rules,
            professionals=tuple(one for one in await professionals.active(self.tenant) if self.only in (None, one.id)),
            busy=await busy.of_professionals(
                self.tenant, start, end, now=self.now, besides=besides, own=self.conversation_id
            ),
            pet_busy=await busy.of_pet(self.tenant, pet_id, start, end, besides=besides) if pet_id else NEVER_BUSY,
        )

    async def facts_of(self, row: BookingRow) -> BookingFacts:
        """What may be said of a booking, with the promise of exactly the reminders that are scheduled.

        Where the channel takes messages of ours for a while only, those after it are not promised.
        """
        start = row.start.astimezone(self.zone)
        calendar = await self.calendar(start.date() - AROUND, start.date())
        notices = notices_before(row.start, timed_at=row.timed_at, rules=self.shop.agenda_rules, calendar=calendar)
        pet = await pets.get(self.tenant, row.pet_id) if row.pet_id else None
        window = await conversations.window(self.tenant, row.conversation_id) if row.conversation_id else None
        sure = tuple(
            n
            for n in notices
            if n.due > self.now and calls_for(n.kind, row.status) and (window is None or n.due < self.now + window)
        )
        return row.facts(
            self.zone,
            pet_described=pet.described(self.today) if pet else "",
            reminder=promise(sure, start, self.today) if row.status.is_coming and row.conversation_id else "",
        )
