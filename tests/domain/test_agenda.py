"""Which starts are free, and why one is not: the days, people and sentences that a shop would ask about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.agenda import (
    Agenda,
    Need,
    Professional,
    free_at,
    free_slots,
    local_instant,
    refusal_of_day,
    refusal_of_start,
)
from domain.agenda_rules import AgendaRules
from domain.busy_times import NEVER_BUSY, BusyTimes
from domain.errors import RefusalCode
from domain.ids import ProfessionalId, ServiceId
from domain.opening import OpeningHours, OpenSpan
from domain.shop_calendar import ShopCalendar

SAO_PAULO, NEW_YORK = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/New_York")
ANA, BIA = ProfessionalId(UUID(int=1)), ProfessionalId(UUID(int=2))
BATH, CLIP = ServiceId(UUID(int=11)), ServiceId(UUID(int=12))
MONDAY = date(2026, 11, 23)
NOON = OpenSpan(opens=time(12), closes=time(13))
HOUR = Need(service_id=BATH, minutes=60)
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


def daily(*spans: tuple[str, str]) -> OpeningHours:
    """The same hours on every weekday."""
    of_day = tuple(OpenSpan(opens=time.fromisoformat(a), closes=time.fromisoformat(b)) for a, b in spans)
    return OpeningHours(dict.fromkeys(range(7), of_day))


def professional(
    who: ProfessionalId = ANA, hours: OpeningHours | None = None, lunch: OpenSpan | None = None, *does: ServiceId
) -> Professional:
    """Somebody who does everything, unless services are named."""
    return Professional(
        id=who, name="Profissional", services=frozenset(does) if does else None, hours=hours, lunch=lunch
    )


def agenda(
    hours: OpeningHours,
    *people: Professional,
    zone: ZoneInfo = SAO_PAULO,
    rules: AgendaRules | None = None,
    busy: Mapping[ProfessionalId, BusyTimes] | None = None,
    pet_busy: BusyTimes = NEVER_BUSY,
    special_days: Mapping[date, tuple[OpenSpan, ...]] | None = None,
) -> Agenda:
    """A shop with one person and no notice, unless said otherwise."""
    return Agenda(
        calendar=ShopCalendar(zone, hours, special_days=special_days or {}),
        rules=rules or AgendaRules(minimum_notice_minutes=0),
        professionals=people or (professional(),),
        busy=busy or {},
        pet_busy=pet_busy,
    )


def at(text: str, zone: ZoneInfo = SAO_PAULO, fold: int = 0) -> datetime:
    """A local instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def taken(*stretches: tuple[str, str]) -> BusyTimes:
    """Local stretches of São Paulo's Monday."""
    return BusyTimes.of((at(f"{MONDAY}T{start}"), at(f"{MONDAY}T{end}")) for start, end in stretches)


def times(
    asked: Agenda, need: Need = HOUR, *, first: date = MONDAY, last: date | None = None, now: datetime = LONG_AGO
) -> list[str]:
    """What is offered, as local times; with the day when several days are asked."""
    form = "%H:%M" if last is None else "%m-%d %H:%M"
    return [f"{slot.start:{form}}" for slot in free_slots(asked, need, first=first, last=last or first, now=now)]


def code(asked: Agenda, start: datetime, now: datetime = LONG_AGO, need: Need = HOUR) -> RefusalCode | None:
    """Why a start is refused."""
    refused = refusal_of_start(asked, need, start, now)
    return refused.code if refused else None


# The grid


def test_starts_are_offered_from_each_opening_in_steps_of_the_shop() -> None:
    """Nothing begins so late that it would end after closing."""
    shop = agenda(daily(("08:30", "12:00"), ("14:00", "18:00")))
    assert times(shop) == ["08:30", "09:30", "10:30", "14:00", "15:00", "16:00", "17:00"]
    assert times(shop, Need(service_id=BATH, minutes=90)) == ["08:30", "09:30", "10:30", "14:00", "15:00", "16:00"]


def test_a_short_service_is_offered_at_its_own_length() -> None:
    """And a shop's smaller step is kept for long ones."""
    assert times(agenda(daily(("08:00", "09:30"))), Need(service_id=BATH, minutes=30)) == ["08:00", "08:30", "09:00"]
    quarters = agenda(daily(("08:00", "09:30")), rules=AgendaRules(slot_minutes=15, minimum_notice_minutes=0))
    assert times(quarters) == ["08:00", "08:15", "08:30"]


def test_a_booking_may_touch_its_neighbours_and_both_edges() -> None:
    """Ten to eleven is free between nine-to-ten and eleven-to-noon, and in hours of ten to eleven."""
    busy = {ANA: taken(("09:00", "10:00"), ("11:00", "12:00"))}
    assert times(agenda(daily(("10:00", "11:00")), busy=busy)) == ["10:00"]
    assert times(agenda(daily(("09:00", "13:00")), busy=busy)) == ["10:00", "12:00"]
    assert free_at(agenda(daily(("10:00", "11:00")), busy=busy), HOUR, at("2026-11-23T10:00")) == (ANA,)
    busy = {ANA: taken(("09:00", "10:01"))}
    assert times(agenda(daily(("10:00", "11:00")), busy=busy)) == []


def test_two_are_bathed_at_once_where_two_people_bathe() -> None:
    """A start is offered while anybody is free, with all who are, in the shop's order."""
    people = (professional(BIA), professional(ANA))
    shop = agenda(daily(("09:00", "11:00")), *people, busy={ANA: taken(("09:00", "10:00"))})
    slots = free_slots(shop, HOUR, first=MONDAY, last=MONDAY, now=LONG_AGO)
    assert [(f"{slot.start:%H}", slot.professionals) for slot in slots] == [("09", (BIA,)), ("10", (BIA, ANA))]
    both = {ANA: taken(("09:00", "10:00")), BIA: taken(("09:30", "09:40"))}
    assert times(agenda(daily(("09:00", "11:00")), *people, busy=both)) == ["10:00"]


def test_nobody_works_no_start_is_free() -> None:
    """A shop without professionals offers nothing."""
    shop = Agenda(ShopCalendar(SAO_PAULO, daily(("09:00", "18:00"))), AgendaRules(), (), {})
    assert times(shop) == []
    assert code(shop, at("2026-11-23T09:00")) is RefusalCode.NOBODY_DOES_IT


# Professionals


def test_only_those_who_do_the_service_are_offered() -> None:
    """Who does all of them does this one; without a service, anybody will do."""
    bathes, clips = professional(ANA, None, None, BATH), professional(BIA, None, None, CLIP)
    shop = agenda(daily(("09:00", "10:00")), bathes, clips)
    start = at("2026-11-23T09:00")
    assert free_at(shop, HOUR, start) == (ANA,)
    assert free_at(shop, Need(service_id=None, minutes=60), start) == (ANA, BIA)
    assert free_at(agenda(daily(("09:00", "10:00")), professional(BIA)), HOUR, start) == (BIA,)
    assert code(agenda(daily(("09:00", "10:00")), clips), start) is RefusalCode.NOBODY_DOES_IT


def test_a_professional_works_in_their_hours_and_the_shops() -> None:
    """Own hours outside the shop's count for nothing; who has none works whenever the shop is open."""
    early = professional(ANA, daily(("06:00", "10:00")))
    assert times(agenda(daily(("08:00", "12:00")), early)) == ["08:00", "09:00"]
    wednesdays = professional(ANA, OpeningHours({2: (OpenSpan(opens=time(8), closes=time(10)),)}))
    week = agenda(daily(("08:00", "12:00")), wednesdays)
    assert times(week, last=MONDAY + timedelta(days=6)) == ["11-25 08:00", "11-25 09:00"]


def test_lunch_and_absences_are_not_worked() -> None:
    """Also when the appointment would only end in them."""
    shop = daily(("10:00", "15:00"))
    assert times(agenda(shop, professional(lunch=NOON))) == ["10:00", "11:00", "13:00", "14:00"]
    long = Need(service_id=BATH, minutes=90)
    assert times(agenda(shop, professional(lunch=NOON)), long) == ["10:00", "13:00"]
    vacation = BusyTimes.of([(at("2026-11-20T00:00"), at("2026-11-24T00:00"))])
    away = agenda(shop, busy={ANA: vacation})
    assert times(away, last=MONDAY + timedelta(days=1))[:2] == ["11-24 10:00", "11-24 11:00"]


def test_preparation_takes_the_professional_before_the_start() -> None:
    """In their working time, never in lunch or another booking; the first start waits for it."""
    need = Need(service_id=BATH, minutes=60, preparation_minutes=15)
    shop = daily(("08:00", "15:00"))
    lunching = professional(lunch=NOON)
    assert times(agenda(shop, lunching), need) == ["08:15", "09:15", "10:15", "13:15"]
    assert free_at(agenda(shop, lunching), need, at("2026-11-23T13:00")) == ()
    assert free_at(agenda(shop, lunching), need, at("2026-11-23T13:15")) == (ANA,)
    until_ten = agenda(shop, lunching, busy={ANA: taken(("09:00", "10:01"))})
    assert times(until_ten, need) == ["13:15"]
    assert free_at(until_ten, need, at("2026-11-23T10:15")) == ()
    assert free_at(until_ten, need, at("2026-11-23T10:16")) == (ANA,)
    assert code(agenda(shop), at("2026-11-23T08:00"), need=need) is RefusalCode.OUTSIDE_HOURS


def test_preparation_does_not_take_the_pet() -> None:
    """Whose bath may end when its clip begins, though the clip is prepared before."""
    need = Need(service_id=CLIP, minutes=60, preparation_minutes=30)
    shop = agenda(daily(("08:00", "12:00")), pet_busy=taken(("08:00", "10:00")))
    assert free_at(shop, need, at("2026-11-23T10:00")) == (ANA,)
    assert free_at(shop, need, at("2026-11-23T09:59")) == ()
    assert times(shop, need) == ["10:30"]


# Now, notice and how far ahead


def test_nothing_is_offered_before_the_minimum_notice() -> None:
    """A start exactly at its end is; a second later it is not."""
    shop = agenda(daily(("08:00", "12:00")), rules=AgendaRules(minimum_notice_minutes=120))
    assert times(shop, now=at("2026-11-23T07:00")) == ["09:00", "10:00", "11:00"]
    assert times(shop, now=at("2026-11-23T07:00:01")) == ["10:00", "11:00"]


def test_the_last_day_counts_from_the_shops_today() -> None:
    """Late in the evening of São Paulo, UTC has tomorrow: that changes no customer's "amanhã"."""
    shop = agenda(daily(("00:00", "23:59")), rules=AgendaRules(minimum_notice_minutes=0, days_ahead=1))
    now = at("2026-11-23T23:59")  # the 24th in UTC
    assert times(shop, first=date.min, last=date.max, now=now)[0] == "11-24 00:00"
    assert times(shop, first=date.min, last=date.max, now=now)[-1] == "11-24 22:00"
    assert refusal_of_day(shop, date(2026, 11, 23), now) is None
    assert refusal_of_day(shop, date(2026, 11, 24), now) is None
    later = refusal_of_day(shop, date(2026, 11, 25), now)
    assert later
    assert later.code is RefusalCode.TOO_FAR_AHEAD
    assert later.details == {"last_day": "2026-11-24"}
    assert "1 dia de" in later.message


def test_a_year_ends_like_any_month() -> None:
    """The first days after New Year's Eve are offered, the holiday is not."""
    shop = agenda(daily(("09:00", "10:00")))
    found = times(shop, first=date(2026, 12, 30), last=date(2027, 1, 2), now=at("2026-12-30T08:00"))
    assert found == ["12-30 09:00", "12-31 09:00", "01-02 09:00"]


def test_a_holiday_is_offered_only_where_the_shop_opens() -> None:
    """As a special day, in that day's own hours; a special day without hours is closed."""
    natal, eve = date(2026, 12, 25), date(2026, 12, 24)
    christmas = {natal: (OpenSpan(opens=time(9), closes=time(11)),), eve: ()}
    shop = agenda(daily(("09:00", "18:00")), special_days=christmas)
    assert times(shop, first=natal) == ["09:00", "10:00"]
    assert times(shop, first=eve) == []
    assert times(agenda(daily(("09:00", "18:00"))), first=natal) == []


def test_a_special_day_has_its_hours_for_those_who_work_there_too() -> None:
    """A short Monday between two ordinary ones, with the same lunch."""
    mondays = professional(ANA, OpeningHours({0: (OpenSpan(opens=time(9), closes=time(15)),)}), NOON)
    short = {MONDAY + timedelta(days=7): (OpenSpan(opens=time(10), closes=time(14)),)}
    shop = agenda(daily(("11:00", "15:00")), mondays, special_days=short)
    assert times(shop, last=MONDAY + timedelta(days=14)) == [
        *("11-23 11:00", "11-23 13:00", "11-23 14:00"),
        *("11-30 10:00", "11-30 11:00", "11-30 13:00"),
        *("12-07 11:00", "12-07 13:00", "12-07 14:00"),
    ]


def test_now_in_the_shops_own_zone_is_the_same_now() -> None:
    """A clock that jumps between now and the start does not hide or offer a start."""
    shop = agenda(daily(("00:00", "06:00")), zone=NEW_YORK)
    second_half_past_one = at("2026-11-01T01:30", NEW_YORK, fold=1)
    first_half_past_one = at("2026-11-01T01:30", NEW_YORK)
    assert times(shop, first=date(2026, 11, 1), now=second_half_past_one) == ["02:00", "03:00", "04:00", "05:00"]
    assert code(shop, second_half_past_one, first_half_past_one) is None
    assert code(shop, first_half_past_one, second_half_past_one) is RefusalCode.PAST_DATE


# Clocks that jump


@pytest.mark.parametrize(
    ("zone_name", "day", "hours", "expected"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), ("00:00", "03:00"), ["01:00", "02:00"]),  # no midnight
        ("America/Sao_Paulo", date(2018, 2, 17), ("21:00", "23:59"), ["21:00", "22:00"]),
        ("America/New_York", date(2026, 3, 8), ("00:30", "05:00"), ["00:30", "01:30", "03:30"]),
        ("America/New_York", date(2026, 11, 1), ("00:30", "03:00"), ["00:30", "01:30"]),  # each once
        ("Australia/Lord_Howe", date(2026, 10, 4), ("01:00", "04:00"), ["01:00", "03:00"]),  # 02:00 to 02:30
        ("Asia/Kathmandu", date(2026, 11, 23), ("09:00", "11:00"), ["09:00", "10:00"]),
        ("Pacific/Chatham", date(2026, 9, 27), ("02:00", "05:00"), ["02:00", "04:00"]),  # 02:45 to 03:45
        ("Pacific/Apia", date(2011, 12, 30), ("09:00", "11:00"), []),  # the day does not exist
        ("Pacific/Apia", date(2011, 12, 31), ("09:00", "11:00"), ["09:00", "10:00"]),
    ],
)
def test_starts_on_days_whose_clock_jumps(
    zone_name: str, day: date, hours: tuple[str, str], expected: list[str]
) -> None:
    """No skipped time is offered, a repeated one once, and an hour lasts an hour."""
    zone = ZoneInfo(zone_name)
    shop = agenda(daily(hours), zone=zone)
    slots = free_slots(
        shop, HOUR, first=day, last=day, now=datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=2)
    )
    assert [f"{slot.start:%H:%M}" for slot in slots] == expected
    assert all(slot.start.tzinfo is zone and slot.start.date() == day for slot in slots)


def test_a_booking_over_a_jump_lasts_as_long_as_it_lasts() -> None:
    """Ninety minutes from half past one end at four, not at three, when two o'clock is skipped."""
    start, now = at("2026-03-08T01:30", NEW_YORK), at("2026-03-07T12:00", NEW_YORK)
    need = Need(service_id=BATH, minutes=90)
    until_half_past_three = agenda(daily(("01:00", "03:30")), zone=NEW_YORK)
    until_four = agenda(daily(("01:00", "04:00")), zone=NEW_YORK)
    assert code(until_half_past_three, start, now, need) is RefusalCode.OUTSIDE_HOURS
    assert free_at(until_half_past_three, need, start) == ()
    assert code(until_four, start, now, need) is None
    assert free_at(until_four, need, start) == (ANA,)


def test_a_clock_set_back_does_not_bring_a_booking_back_into_the_hours() -> None:
    """Half past eleven at night, thirty minutes long, ends at eleven where that hour comes twice: the shop is
    closed."""
    shop, need = agenda(daily(("09:00", "23:00"))), Need(service_id=BATH, minutes=30)
    for fold in (0, 1):
        start = at("2018-02-17T23:30", fold=fold)
        assert code(shop, start, at("2018-02-17T12:00"), need) is RefusalCode.OUTSIDE_HOURS
        assert free_at(shop, need, start) == ()


@pytest.mark.parametrize(
    ("zone_name", "day", "clock", "exists"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 0), False),
        ("America/Sao_Paulo", date(2018, 11, 4), time(1, 0), True),
        ("America/New_York", date(2026, 3, 8), time(2, 30), False),
        ("America/New_York", date(2026, 11, 1), time(1, 30), True),
        ("Europe/Lisbon", date(2026, 3, 29), time(1, 0), False),
        ("Pacific/Apia", date(2011, 12, 30), time(12, 0), False),
        ("America/Sao_Paulo", date(2026, 11, 23), time(10, 0), True),
    ],
)
def test_a_local_time_that_the_clock_skips_is_none(zone_name: str, day: date, clock: time, exists: bool) -> None:
    """No customer is given an hour that does not happen."""
    found = local_instant(day, clock, ZoneInfo(zone_name))
    assert (found is not None) is exists


# Refusals


def test_a_past_day_is_refused_with_today() -> None:
    """Yesterday, and the first day there is."""
    shop, now = agenda(daily(("09:00", "18:00"))), at("2026-11-23T10:00")
    for day in (date(2026, 11, 22), date.min):
        refused = refusal_of_day(shop, day, now)
        assert refused
        assert (refused.code, refused.message) == (RefusalCode.PAST_DATE, "Essa data já passou.")
        assert refused.details == {"today": "2026-11-23"}


def test_a_closed_day_is_refused_with_the_reason_and_the_week() -> None:
    """A holiday by its name."""
    shop = agenda(daily(("09:00", "18:00")))
    refused = refusal_of_day(shop, date(2026, 12, 25), at("2026-11-23T10:00"))
    assert refused
    assert (refused.code, refused.message) == (RefusalCode.CLOSED_DAY, "A loja não abre nesse dia.")
    assert refused.details == {"reason": "feriado (Natal)", "opening_hours": shop.calendar.hours.in_words()}


def test_a_start_is_refused_for_the_first_reason_there_is() -> None:
    """From the past to the pet; nobody being free is none of the rules' business."""
    rules = AgendaRules(minimum_notice_minutes=90, days_ahead=40)
    shop = agenda(
        daily(("09:00", "12:00"), ("13:00", "18:00")),
        professional(ANA, daily(("10:00", "18:00"))),
        rules=rules,
        busy={ANA: BusyTimes.of([(at("2026-11-24T11:00"), at("2026-11-24T12:00"))])},
        pet_busy=BusyTimes.of([(at("2026-11-24T14:00"), at("2026-11-24T15:00"))]),
    )
    now = at("2026-11-23T10:00:30")
    for start, expected in {
        "2026-11-23T10:00": RefusalCode.PAST_DATE,
        "2026-11-22T15:00": RefusalCode.PAST_DATE,
        "2026-11-23T11:30": RefusalCode.TOO_SOON,
        "2027-01-03T10:00": RefusalCode.TOO_FAR_AHEAD,
        "2026-12-25T10:00": RefusalCode.CLOSED_DAY,
        "2026-11-24T11:30": RefusalCode.OUTSIDE_HOURS,  # into the shop's noon
        "2026-11-24T20:00": RefusalCode.OUTSIDE_HOURS,
        "2026-11-24T09:00": RefusalCode.OUTSIDE_HOURS,  # nobody who does it is at work
        "2026-11-24T14:30": RefusalCode.PET_BUSY,
        "2026-11-24T11:00": None,  # taken: the database's word
        "2026-11-24T15:00": None,
    }.items():
        assert code(shop, at(start), now) == expected, start
    assert free_at(shop, HOUR, at("2026-11-24T11:00")) == ()


def test_refusals_of_a_start_say_what_would_do() -> None:
    """The earliest start in whole minutes, the hours of that day, the clock."""
    shop = agenda(daily(("09:00", "18:00")), rules=AgendaRules(minimum_notice_minutes=120))
    now = at("2026-11-23T10:00:30")
    soon = refusal_of_start(shop, HOUR, at("2026-11-23T12:00"), now)
    assert soon
    assert soon.message == "Agendamos com pelo menos 2 horas de antecedência."
    assert soon.details == {"earliest": "2026-11-23 12:01"}
    late_evening = at("2026-11-23T22:00").astimezone(UTC)  # the 24th there
    past = refusal_of_start(shop, HOUR, at("2026-11-23T09:00"), late_evening)
    assert past
    assert past.details == {"today": "2026-11-23", "now": "22:00"}
    late = refusal_of_start(shop, HOUR, at("2026-11-23T17:30"), now)
    assert late
    assert late.details == {"open_that_day": ["09:00–18:00"], "minutes": 60}


@pytest.mark.parametrize(
    ("minutes", "words"), [(30, "30 minutos"), (60, "1 hora"), (90, "90 minutos"), (1440, "1 dia"), (2880, "2 dias")]
)
def test_a_notice_is_said_in_the_unit_that_fits(minutes: int, words: str) -> None:
    """Not "1440 minutos"."""
    shop = agenda(daily(("09:00", "18:00")), rules=AgendaRules(minimum_notice_minutes=minutes))
    now = at("2026-11-23T09:00")
    refused = refusal_of_start(shop, HOUR, now + timedelta(minutes=1), now)
    assert refused
    assert words in refused.message


def test_the_ends_of_time_are_refused_like_any_day() -> None:
    """What a model may ask for in its confusion: no overflow."""
    for zone in (SAO_PAULO, ZoneInfo("Pacific/Kiritimati")):
        shop = agenda(daily(("09:00", "11:00")), zone=zone)
        for start, expected in (
            (datetime.max.replace(tzinfo=UTC), RefusalCode.TOO_FAR_AHEAD),
            (datetime.min.replace(tzinfo=UTC), RefusalCode.PAST_DATE),
            (datetime.max.replace(tzinfo=zone), RefusalCode.TOO_FAR_AHEAD),
            (datetime.min.replace(tzinfo=zone), RefusalCode.PAST_DATE),
        ):
            assert code(shop, start) is expected
            assert free_at(shop, HOUR, start) == ()
        assert refusal_of_day(shop, date.max, LONG_AGO)


@pytest.mark.parametrize(("minutes", "preparation"), [(0, 0), (-60, 0), (60, -1)])
def test_a_need_lasts(minutes: int, preparation: int) -> None:
    """No time is no appointment."""
    with pytest.raises(ValidationError):
        Need(service_id=None, minutes=minutes, preparation_minutes=preparation)
