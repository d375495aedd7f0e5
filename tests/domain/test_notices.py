"""What a customer is told of a booking: inside the shop's hours, before it begins, and never more than was promised."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agenda_rules import AgendaRules
from domain.bookings import BookingFacts, BookingStatus
from domain.dates import spoken
from domain.ids import BookingId
from domain.notices import Notice, NoticeKind, follow_up, notice_text, notices_before, promise
from domain.opening import OpeningHours, OpenSpan
from domain.shop_calendar import ShopCalendar
from tests.domain.generated_shops import calendars, zones_and_days

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ASK, REMIND = NoticeKind.ASK_TO_CONFIRM, NoticeKind.REMIND
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EIGHT_TO_SIX = OpenSpan(opens=time(8), closes=time(18))
SHOP = ShopCalendar(SAO_PAULO, OpeningHours(dict.fromkeys(range(6), (EIGHT_TO_SIX,))))
"""Open from Monday to Saturday."""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


def local(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    """A time on the shop's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def planned(
    start: datetime, *, booked: datetime = LONG_AGO, calendar: ShopCalendar = SHOP, **rules: int
) -> list[tuple[NoticeKind, str]]:
    """The notices before a start, by their kinds and the shop's clock."""
    found = notices_before(start, timed_at=booked, rules=AgendaRules.model_validate(rules), calendar=calendar)
    return [(n.kind, f"{n.due.astimezone(calendar.zone):%Y-%m-%dT%H:%M}") for n in found]


def promised(start: datetime, *, booked: datetime = LONG_AGO, calendar: ShopCalendar = SHOP, **rules: int) -> str:
    """What the customer is promised, five days before."""
    found = notices_before(start, timed_at=booked, rules=AgendaRules.model_validate(rules), calendar=calendar)
    return promise(found, start, start.date() - 5 * DAY)


# Cases that a person would think of.

AN_HOUR_BEFORE = (REMIND, "2026-11-25T13:00")


def test_a_plain_afternoon_is_asked_about_and_reminded_of() -> None:
    """Wednesday at 14:00: asked on Tuesday at 14:00, reminded at 13:00."""
    start = local("2026-11-25T14:00")
    assert planned(start) == [(ASK, "2026-11-24T14:00"), (REMIND, "2026-11-25T13:00")]
    assert promised(start) == "Enviaremos um lembrete na véspera e outro 1 hora antes!"


def test_monday_at_eight_is_asked_about_on_saturday() -> None:
    """Nobody is written to on the closed Sunday, nor at seven on Monday: Saturday's closing time it is, and no more."""
    start = local("2026-11-23T08:00")
    assert planned(start) == [(ASK, "2026-11-21T18:00")]
    assert promised(start) == "Enviaremos um lembrete sábado, 21/11, às 18:00!"


def test_early_on_another_day_is_reminded_of_at_closing_time() -> None:
    """Wednesday at eight: asked on Tuesday at eight, reminded at six in the evening."""
    start = local("2026-11-25T08:00")
    assert planned(start) == [(ASK, "2026-11-24T08:00"), (REMIND, "2026-11-24T18:00")]
    assert promised(start) == "Enviaremos um lembrete na véspera e outro na véspera, às 18:00!"


def test_half_an_hour_after_monday_s_opening_is_reminded_of_at_the_opening() -> None:
    """Saturday evening is too long ago for a reminder: Monday at eight, half an hour before."""
    start = local("2026-11-23T08:30")
    assert planned(start) == [(ASK, "2026-11-21T18:00"), (REMIND, "2026-11-23T08:00")]
    assert promised(start) == "Enviaremos um lembrete sábado, 21/11, às 18:00 e outro 30 minutos antes!"


@pytest.mark.parametrize(
    ("booked", "notices", "said"),
    [
        ("2026-11-24T13:59", [(ASK, "2026-11-24T14:00"), AN_HOUR_BEFORE], "na véspera e outro 1 hora antes"),
        ("2026-11-24T14:00", [AN_HOUR_BEFORE], "1 hora antes"),
        ("2026-11-25T12:59", [AN_HOUR_BEFORE], "1 hora antes"),
        ("2026-11-25T13:00", [], ""),
        ("2026-11-25T13:30", [], ""),
    ],
)
def test_what_would_have_been_due_before_the_booking_is_not_planned(
    booked: str, notices: list[tuple[NoticeKind, str]], said: str
) -> None:
    """Booked a minute before a notice is due it comes; booked at that minute or later it is not, nor promised."""
    start = local("2026-11-25T14:00")
    assert planned(start, booked=local(booked)) == notices
    assert promised(start, booked=local(booked)) == (f"Enviaremos um lembrete {said}!" if said else "")


def test_booked_in_the_evening_for_the_morning_is_reminded_of_at_the_opening() -> None:
    """At 18:30 the shop has closed: the reminder of tomorrow's 8:30 cannot come before eight."""
    start = local("2026-11-25T08:30")
    assert planned(start, booked=local("2026-11-24T18:30")) == [(REMIND, "2026-11-25T08:00")]


def test_a_shop_that_works_at_night_writes_at_night() -> None:
    """Its hours are what counts, not the sun: closed by day, nothing is sent by day."""
    night = (OpenSpan(opens=time(0), closes=time(5)), OpenSpan(opens=time(21), closes=time(23, 59)))
    calendar = ShopCalendar(SAO_PAULO, OpeningHours(dict.fromkeys(range(7), night)))
    start = local("2026-11-25T21:30")
    assert planned(start, calendar=calendar) == [(ASK, "2026-11-24T21:30"), (REMIND, "2026-11-25T05:00")]
    assert promised(start, calendar=calendar, remind_minutes_before=30) == (
        "Enviaremos um lembrete na véspera e outro 30 minutos antes!"
    )


def test_two_notices_close_together_are_one() -> None:
    """Both moved to the same evening: the question is the reminder."""
    assert planned(local("2026-11-23T08:00"), confirm_hours_before=20, remind_minutes_before=1440) == [
        (ASK, "2026-11-21T18:00")
    ]


def test_a_question_may_come_after_the_reminder() -> None:
    """A shop that reminds the day before and asks three hours before does both."""
    assert planned(local("2026-11-25T14:00"), confirm_hours_before=3, remind_minutes_before=1440) == [
        (REMIND, "2026-11-24T14:00"),
        (ASK, "2026-11-25T11:00"),
    ]


def test_zero_switches_a_notice_off() -> None:
    """Each of the three by its own rule."""
    start = local("2026-11-25T14:00")
    assert [kind for kind, _ in planned(start, confirm_hours_before=0)] == [REMIND]
    assert [kind for kind, _ in planned(start, remind_minutes_before=0)] == [ASK]
    assert planned(start, confirm_hours_before=0, remind_minutes_before=0) == []
    assert follow_up(start, rules=AgendaRules(follow_up_hours_after=0), calendar=SHOP) is None


def test_a_holiday_is_no_day_to_write() -> None:
    """The day before is Natal: the question comes on the evening of the 24th."""
    assert planned(local("2026-12-26T14:00"))[0] == (ASK, "2026-12-24T18:00")


def test_the_follow_up_waits_for_the_shop_to_open() -> None:
    """A bath that ended on Saturday is asked after on Monday at eight."""
    found = follow_up(local("2026-11-21T15:00"), rules=AgendaRules(), calendar=SHOP)
    assert found is not None
    assert found.due == local("2026-11-23T08:00")
    assert found.until > found.due


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        ("America/New_York", "2026-03-08T03:30", "2026-03-08T01:30"),  # two o'clock is skipped
        ("America/New_York", "2026-11-01T02:30", "2026-11-01T01:30"),  # one o'clock comes twice
        ("America/Sao_Paulo", "2018-11-04T01:00", "2018-11-03T23:00"),  # midnight is skipped
    ],
)
@pytest.mark.parametrize("written_in", ["the shop's zone", "UTC"])
def test_an_hour_is_an_hour_on_the_day_the_clock_jumps(zone: str, start: str, due: str, written_in: str) -> None:
    """Sixty minutes before, whatever the clock shows then, and promised as such; in whatever zone the start is told."""
    there = ZoneInfo(zone)
    always = OpeningHours(dict.fromkeys(range(7), (OpenSpan(opens=time(0), closes=time(23, 59)),)))
    calendar = ShopCalendar(there, always, opens_on_holidays=True)
    begins = local(start, there)
    given_as = begins if written_in != "UTC" else begins.astimezone(UTC)
    (found,) = notices_before(given_as, timed_at=begins - 3 * HOUR, rules=AgendaRules(), calendar=calendar)
    assert begins.timestamp() - found.due.timestamp() == 3600
    assert f"{found.due.astimezone(there):%Y-%m-%dT%H:%M}" == due
    if due[:10] == start[:10]:
        assert promise((found,), begins, begins.date()) == "Enviaremos um lembrete 1 hora antes!"


# For any shop, near a jump of its clock.


@st.composite
def _asked(draw: st.DrawFn) -> tuple[ShopCalendar, datetime, datetime, AgendaRules]:
    """A shop, a start in its hours, when it was booked, and the shop's rules."""
    zone, day = draw(zones_and_days())
    calendar = draw(calendars(zone, day))
    near = datetime.combine(day, time(), tzinfo=UTC) + draw(st.integers(-2880, 4320)) * MINUTE
    start = calendar.earliest_open_after(near, within=7 * DAY) or near
    booked = start - draw(st.one_of(st.integers(0, 180), st.integers(0, 12 * 24 * 60))) * MINUTE
    rules = AgendaRules(
        confirm_hours_before=draw(st.sampled_from([0, 1, 3, 24, 24, 48, 168])),
        remind_minutes_before=draw(st.sampled_from([0, 15, 60, 60, 180, 1440])),
        follow_up_hours_after=draw(st.sampled_from([0, 1, 24, 336])),
    )
    return calendar, start, booked, rules


@settings(max_examples=200, deadline=None)
@given(_asked())
def test_notices_lie_between_booking_and_start_in_the_shop_s_hours(
    asked: tuple[ShopCalendar, datetime, datetime, AgendaRules],
) -> None:
    """After the booking, before the start, while the shop is open, at least an hour apart, soonest first."""
    calendar, start, booked, rules = asked
    found = notices_before(start, timed_at=booked, rules=rules, calendar=calendar)
    assert len({n.kind for n in found}) == len(found)
    for notice in found:
        assert calendar.is_open_at(notice.due)
        # As instants: within one zone Python compares what the clock shows, which a clock set back shows twice.
        assert booked.timestamp() < notice.due.timestamp() < start.timestamp()
        assert notice.due.timestamp() < notice.until.timestamp() <= start.timestamp()
    if len(found) == 2:
        assert found[1].due.timestamp() - found[0].due.timestamp() >= 3600
    if not rules.remind_minutes_before:
        assert REMIND not in [n.kind for n in found]
    if not rules.confirm_hours_before:
        assert ASK not in [n.kind for n in found]


@settings(max_examples=200, deadline=None)
@given(_asked())
def test_a_notice_that_can_come_at_its_time_does(
    asked: tuple[ShopCalendar, datetime, datetime, AgendaRules],
) -> None:
    """Where the shop is open at the moment the rule names, that is the moment; and elsewhere nothing nearer is open."""
    calendar, start, booked, rules = asked
    found = {n.kind: n for n in notices_before(start, timed_at=booked, rules=rules, calendar=calendar)}
    ideals = {
        REMIND: start.astimezone(UTC) - rules.remind_minutes_before * MINUTE,
        ASK: start.astimezone(UTC) - rules.confirm_hours_before * HOUR,
    }
    for kind, notice in found.items():
        ideal = ideals[kind]
        assert ideal > booked
        due = notice.due.astimezone(UTC)
        between = [due + (ideal - due) * share / 7 for share in range(1, 7)]
        assert due == ideal or not any(calendar.is_open_at(moment) for moment in between)
    if rules.remind_minutes_before and booked < ideals[REMIND] and calendar.is_open_at(ideals[REMIND]):
        assert REMIND in found or ASK in found
        assert ASK in found or found[REMIND].due.timestamp() == ideals[REMIND].timestamp()
    if rules.confirm_hours_before > 2 and booked < ideals[ASK] and calendar.is_open_at(ideals[ASK]):
        assert found[ASK].due.timestamp() == ideals[ASK].timestamp()


@settings(max_examples=200, deadline=None)
@given(_asked(), st.integers(0, 20))
def test_the_promise_names_exactly_what_is_planned(
    asked: tuple[ShopCalendar, datetime, datetime, AgendaRules], days_before: int
) -> None:
    """Read back as a customer would, the promise gives the minute of each notice, and nothing else."""
    calendar, start, booked, rules = asked
    begins = start.astimezone(calendar.zone)
    today = begins.date() - days_before * DAY
    found = notices_before(start, timed_at=booked, rules=rules, calendar=calendar)
    said = promise(found, begins, today)
    if not found:
        assert said == ""
        return
    match = re.fullmatch(r"Enviaremos um lembrete (.+?)(?: e outro (.+))?!", said)
    assert match is not None
    pieces = [piece for piece in match.groups() if piece]
    assert len(pieces) == len(found)
    for piece, notice in zip(pieces, found, strict=True):
        assert _means(piece, notice, begins, today), (piece, notice, begins)


def _means(piece: str, notice: Notice, begins: datetime, today: date) -> bool:
    """Whether the words name the notice's time, to the minute; "na véspera" names the day alone."""
    due = notice.due.astimezone(begins.tzinfo)
    if match := re.fullmatch(r"(\d+) (horas?|minutos) antes", piece):
        said = int(match[1]) * (MINUTE if match[2] == "minutos" else HOUR)
        return abs(begins.timestamp() - due.timestamp() - said.total_seconds()) < 60
    if piece == "na véspera":
        return begins.date() - due.date() == DAY
    if match := re.fullmatch(r"na véspera, às (\d\d:\d\d)", piece):
        return begins.date() - due.date() == DAY and match[1] == f"{due:%H:%M}"
    return piece == f"{spoken(due.date(), today)}, às {due:%H:%M}"


@settings(max_examples=200, deadline=None)
@given(_asked())
def test_the_follow_up_comes_after_the_end_while_the_shop_is_open(
    asked: tuple[ShopCalendar, datetime, datetime, AgendaRules],
) -> None:
    """At its time or at the next opening; where the shop stays closed for days, never."""
    calendar, end, _, rules = asked
    found = follow_up(end, rules=rules, calendar=calendar)
    ideal = end.astimezone(UTC) + rules.follow_up_hours_after * HOUR
    if rules.follow_up_hours_after and calendar.is_open_at(ideal):
        assert found is not None
        assert found.due.timestamp() == ideal.timestamp()
    if found is not None:
        assert rules.follow_up_hours_after
        assert calendar.is_open_at(found.due)
        assert ideal <= found.due <= ideal + 4 * DAY
        assert found.until > found.due


# The words.


def facts(status: BookingStatus = BookingStatus.SCHEDULED) -> BookingFacts:
    """Rex' bath."""
    return BookingFacts(
        id=BookingId(UUID(int=1)),
        pet="Rex",
        pet_described="Rex (Golden Retriever)",
        service="Banho",
        start=local("2026-11-24T14:00"),
        price=Decimal(50),
        status=status,
    )


@pytest.mark.parametrize("kind", [ASK, REMIND])
def test_what_is_said_before_is_in_the_row(kind: NoticeKind) -> None:
    """Shop, service, pet, day with its weekday, and time."""
    text = notice_text(kind, facts(), "Amigo Fiel", MONDAY)
    assert "Amigo Fiel" in text
    assert "Banho para Rex: amanhã, terça-feira, 24/11, às 14:00." in text


def test_who_has_confirmed_is_asked_nothing_more() -> None:
    """The reminder of a confirmed booking has no question in it."""
    assert "avise" in notice_text(REMIND, facts(), "Amigo Fiel", MONDAY)
    assert "avise" not in notice_text(REMIND, facts(BookingStatus.CONFIRMED), "Amigo Fiel", MONDAY)


def test_who_did_not_come_is_missed_and_not_thanked() -> None:
    """The follow-up fits what happened."""
    done, missed = (
        notice_text(NoticeKind.FOLLOW_UP, facts(status), "Amigo Fiel", MONDAY)
        for status in (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
    )
    assert "Ficou tudo bem?" in done
    assert "Sentimos a falta de Rex" in missed
