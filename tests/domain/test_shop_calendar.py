"""The days on which the shop opens: held against a slow reading of its clock, and against the law's holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.agenda_rules import State
from domain.opening import OpeningHours, OpenSpan, in_order
from domain.shop_calendar import ShopCalendar
from tests.domain.generated_shops import calendars, zones_and_days
from tests.domain.slow_agenda import MINUTE, Timeline, open_spans

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MORNING = OpenSpan(opens=time(8), closes=time(12))
AFTERNOON = OpenSpan(opens=time(13), closes=time(18))
WORKDAYS = OpeningHours(dict.fromkeys(range(6), (MORNING, AFTERNOON)))
NATAL = date(2026, 12, 25)  # a Friday


def local(text: str) -> datetime:
    """An instant in São Paulo."""
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_open_instants_are_those_of_a_slow_reading(data: st.DataObject) -> None:
    """Open or not, the latest open instant before and the earliest after, near a jump of any zone's clock."""
    zone, day = data.draw(zones_and_days())
    calendar = data.draw(calendars(zone, day))
    timeline = Timeline(zone, day, day)
    opened = set()
    for near in (day + timedelta(days=n) for n in range(-3, 4)):
        for minutes in (timeline.minutes(near, span) for span in open_spans(calendar, near)):
            opened |= set(range(minutes.start, minutes.stop + 1)) if minutes else set()
    for _ in range(5):
        minute = 4 * 24 * 60 + data.draw(st.integers(-18 * 60, 42 * 60))
        instant = timeline.instant(minute).astimezone(data.draw(st.sampled_from([zone, UTC])))
        reach = data.draw(st.sampled_from([0, 30, 90, 600, 1200]))
        before = next((m for m in range(minute, minute - reach - 1, -1) if m in opened), None)
        after = next((m for m in range(minute, minute + reach + 1) if m in opened), None)
        latest = calendar.latest_open_before(instant, within=reach * MINUTE)
        earliest = calendar.earliest_open_after(instant, within=reach * MINUTE)
        assert calendar.is_open_at(instant) is (minute in opened)
        assert (latest and latest.astimezone(UTC)) == (None if before is None else timeline.instant(before))
        assert (earliest and earliest.astimezone(UTC)) == (None if after is None else timeline.instant(after))
        assert {found.tzinfo for found in (latest, earliest) if found} <= {zone}


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_open_minutes_are_those_that_are_counted(data: st.DataObject) -> None:
    """So many minutes of opening hours later, counted one by one, near a jump of any zone's clock."""
    zone, day = data.draw(zones_and_days())
    calendar = data.draw(calendars(zone, day))
    timeline = Timeline(zone, day, day)
    opened: set[int] = set()
    for near in (day + timedelta(days=n) for n in range(-3, 4)):
        for span in open_spans(calendar, near):
            opened |= set(timeline.minutes(near, span))
    for _ in range(5):
        minute = 4 * 24 * 60 + data.draw(st.integers(-18 * 60, 30 * 60))
        seconds = timedelta(seconds=data.draw(st.sampled_from([0, 0, 7.5])))
        instant = timeline.instant(minute) + seconds
        reach, wanted = data.draw(st.sampled_from([0, 90, 600, 2400])), data.draw(st.integers(1, 700))
        found = calendar.after_open_minutes(
            instant.astimezone(data.draw(st.sampled_from([zone, UTC]))), wanted, within=reach * MINUTE
        )
        assert found is None or found.tzinfo is zone
        assert (found and found.astimezone(UTC)) == _counted(timeline, opened, instant, wanted, reach)


def _counted(timeline: Timeline, opened: set[int], instant: datetime, wanted: int, reach: int) -> datetime | None:
    """Minute by minute, of a minute that has begun only what is left of it."""
    left, at = wanted * MINUTE, instant
    while at <= instant + reach * MINUTE:
        minute = (at - timeline.begin) // MINUTE
        ends = timeline.instant(minute + 1)
        if minute in opened:
            if left <= ends - at:
                return at + left if at + left <= instant + reach * MINUTE else None
            left -= ends - at
        at = ends
    return None


def test_open_minutes_go_on_after_lunch_nights_and_holidays() -> None:
    """Begun before lunch it goes on after it; in Christmas Eve's last minutes, after Christmas."""
    calendar, week = ShopCalendar(SAO_PAULO, WORKDAYS), timedelta(days=7)
    assert calendar.after_open_minutes(local("2026-11-23T10:00"), 30, within=week) == local("2026-11-23T10:30")
    assert calendar.after_open_minutes(local("2026-11-23T11:50"), 30, within=week) == local("2026-11-23T13:20")
    assert calendar.after_open_minutes(local("2026-11-23T11:30"), 30, within=week) == local("2026-11-23T12:00")
    assert calendar.after_open_minutes(local("2026-11-21T20:00"), 30, within=week) == local("2026-11-23T08:30")
    assert calendar.after_open_minutes(local("2026-12-24T17:50"), 30, within=week) == local("2026-12-26T08:20")
    assert calendar.after_open_minutes(local("2026-11-22T03:00"), 0, within=week) == local("2026-11-22T03:00")
    assert calendar.after_open_minutes(local("2026-11-23T10:00"), 30, within=timedelta(minutes=29)) is None
    never = ShopCalendar(SAO_PAULO, OpeningHours({}))
    assert never.after_open_minutes(local("2026-11-23T10:00"), 1, within=week) is None


def test_edges_count_as_open_and_parts_of_a_second_are_seen() -> None:
    """Eight o'clock and six o'clock sharp are open, half a second outside is not."""
    calendar, half = ShopCalendar(SAO_PAULO, WORKDAYS), timedelta(seconds=0.5)
    for edge, outside in ((local("2026-11-23T08:00"), -half), (local("2026-11-23T18:00"), half)):
        assert calendar.is_open_at(edge)
        assert not calendar.is_open_at(edge + outside)
        assert calendar.is_open_at(edge - outside)


def test_a_reminder_in_the_night_moves_to_the_end_of_the_day_before() -> None:
    """Over lunch, a night and a Sunday, but never further than was asked."""
    calendar = ShopCalendar(SAO_PAULO, WORKDAYS)
    monday_night = local("2026-11-23T03:00")  # Sunday is closed
    assert calendar.latest_open_before(monday_night, within=timedelta(days=2)) == local("2026-11-21T18:00")
    assert calendar.latest_open_before(monday_night, within=timedelta(hours=33)) == local("2026-11-21T18:00")
    assert calendar.latest_open_before(monday_night, within=timedelta(hours=32, minutes=59)) is None
    assert calendar.latest_open_before(local("2026-11-23T12:30"), within=timedelta(days=1)) == local("2026-11-23T12:00")
    saturday_night = local("2026-11-21T18:00") + timedelta(seconds=1)
    assert calendar.earliest_open_after(saturday_night, within=timedelta(days=2)) == local("2026-11-23T08:00")
    assert calendar.earliest_open_after(saturday_night, within=timedelta(hours=37)) is None
    just = timedelta(hours=38) - timedelta(seconds=1)
    assert calendar.earliest_open_after(saturday_night, within=just) == local("2026-11-23T08:00")
    assert calendar.earliest_open_after(saturday_night, within=just - timedelta(seconds=1)) is None


def test_a_shop_that_never_opens_has_no_open_instant() -> None:
    """Looking for one ends."""
    calendar = ShopCalendar(SAO_PAULO, OpeningHours({}))
    now = local("2026-11-23T10:00")
    assert calendar.latest_open_before(now, within=timedelta(days=365)) is None
    assert calendar.earliest_open_after(now, within=timedelta(days=365)) is None


@pytest.mark.parametrize(
    ("state", "day", "name"),
    [
        (None, date(2026, 1, 1), "Confraternização Universal"),
        (None, date(2026, 4, 3), "Sexta-feira Santa"),
        (None, date(2026, 4, 21), "Tiradentes"),
        (None, date(2026, 9, 7), "Independência do Brasil"),
        (None, date(2026, 11, 20), "Dia Nacional de Zumbi e da Consciência Negra"),
        (None, date(2023, 11, 20), None),  # a national holiday since 2024
        (None, NATAL, "Natal"),
        (None, date(2026, 2, 17), None),  # Carnaval is a custom, not a law
        (State.SP, date(2026, 2, 17), None),
        (State.RJ, date(2026, 2, 17), "Carnaval"),  # where a law of the state made it one
        (None, date(2026, 6, 4), None),  # Corpus Christi, too, is a custom
        (None, date(2026, 7, 9), None),
        (State.SP, date(2026, 7, 9), "Revolução Constitucionalista"),
        (State.RJ, date(2026, 7, 9), None),
        (State.BA, date(2026, 7, 2), "Independência da Bahia"),
        (State.SP, NATAL, "Natal"),
        (None, date(2000, 4, 21), "Sexta-feira Santa e Tiradentes"),
        (None, date.min, None),
        (None, date.max, None),
    ],
)
def test_holidays_are_those_of_the_law(state: State | None, day: date, name: str | None) -> None:
    """The nation's and the state's, in Portuguese; customs are left to the shop's special days."""
    assert ShopCalendar(SAO_PAULO, WORKDAYS, state=state).holiday(day) == name


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_its_holidays(state: State) -> None:
    """The library knows each state that a shop can name."""
    assert ShopCalendar(SAO_PAULO, WORKDAYS, state=state).holiday(NATAL) == "Natal"


def test_a_holiday_closes_unless_the_shop_opens_on_them() -> None:
    """On all of them, by its rules, or on one, as a special day, with that day's own hours."""
    few_hours = (OpenSpan(opens=time(9), closes=time(11)),)
    assert ShopCalendar(SAO_PAULO, WORKDAYS).spans(NATAL) == ()
    assert ShopCalendar(SAO_PAULO, WORKDAYS, opens_on_holidays=True).spans(NATAL) == (MORNING, AFTERNOON)
    one = ShopCalendar(SAO_PAULO, WORKDAYS, special_days={NATAL: few_hours})
    assert one.spans(NATAL) == few_hours
    assert one.is_open_at(local("2026-12-25T09:30"))
    assert not one.is_open_at(local("2026-12-25T11:30"))
    assert one.spans(date(2027, 1, 1)) == ()


def test_a_special_day_opens_a_sunday_and_closes_a_monday() -> None:
    """Whatever the week says, and whatever the shop does on holidays."""
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    calendar = ShopCalendar(SAO_PAULO, WORKDAYS, special_days={sunday: (MORNING,), monday: ()}, opens_on_holidays=True)
    assert calendar.spans(sunday) == (MORNING,)
    assert calendar.spans(monday) == ()
    assert calendar.spans(monday + timedelta(days=1)) == (MORNING, AFTERNOON)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 23), None),
        (date(2026, 11, 22), "a loja não abre aos domingos"),
        (date(2026, 11, 24), "a loja não abre às terças-feiras"),
        (date(2026, 11, 25), "a loja não abre nesse dia"),
        (NATAL, "feriado (Natal)"),
        (date(2026, 11, 15), "feriado (Proclamação da República)"),  # a Sunday, too
    ],
)
def test_why_a_day_is_closed(day: date, why: str | None) -> None:
    """A short reason for the customer, none when the shop opens."""
    hours = OpeningHours({0: (MORNING,), 2: (MORNING,), 4: (MORNING,)})
    assert ShopCalendar(SAO_PAULO, hours, special_days={date(2026, 11, 25): ()}).why_closed(day) == why


def test_a_shop_that_opens_on_holidays_is_closed_for_its_week_alone() -> None:
    """Proclamação da República on a Sunday is a Sunday."""
    calendar = ShopCalendar(SAO_PAULO, WORKDAYS, opens_on_holidays=True)
    assert calendar.why_closed(date(2026, 11, 15)) == "a loja não abre aos domingos"


def test_a_day_that_the_clock_skips_is_closed() -> None:
    """Samoa had no 30 December 2011; nor is a shop open that opens only in an hour that does not come."""
    daily = OpeningHours(dict.fromkeys(range(7), (MORNING,)))
    assert ShopCalendar(ZoneInfo("Pacific/Apia"), daily).stretches(date(2011, 12, 30)) == ()
    assert ShopCalendar(ZoneInfo("Pacific/Apia"), daily).why_closed(date(2011, 12, 30)) is not None
    at_two = OpeningHours({6: (OpenSpan(opens=time(2), closes=time(3)),)})
    assert ShopCalendar(ZoneInfo("America/New_York"), at_two).why_closed(date(2026, 3, 8)) is not None
    assert ShopCalendar(ZoneInfo("America/New_York"), at_two).why_closed(date(2026, 3, 15)) is None


def test_a_stretch_ends_when_the_clock_first_shows_its_end() -> None:
    """Closing at half past eleven is not put off by an hour that comes twice; an opening that is skipped comes late."""
    late = ShopCalendar(SAO_PAULO, OpeningHours({5: (OpenSpan(opens=time(20), closes=time(23, 30)),)}))
    assert late.stretches(date(2018, 2, 17)) == (
        (
            int(datetime(2018, 2, 17, 22, tzinfo=UTC).timestamp()),
            int(datetime(2018, 2, 18, 1, 30, tzinfo=UTC).timestamp()),
        ),
    )
    early = ShopCalendar(SAO_PAULO, OpeningHours({6: (OpenSpan(opens=time(0, 20), closes=time(2)),)}))
    assert early.earliest_open_after(local("2018-11-03T22:00"), within=timedelta(days=1)) == local("2018-11-04T01:00")


def test_a_stretch_is_open_even_while_the_clock_shows_another_day() -> None:
    """Set back from midnight into the day before, or put forward over midnight: the shop does not close for it."""
    newfoundland = ZoneInfo("America/St_Johns")  # at 00:01 on 2 November 2008 it was 23:01 again
    from_midnight = OpeningHours({6: (OpenSpan(opens=time(0), closes=time(6)),)})
    sundays = ShopCalendar(newfoundland, from_midnight, opens_on_holidays=True)
    again_saturday = datetime(2008, 11, 1, 23, 30, tzinfo=newfoundland, fold=1)
    assert sundays.is_open_at(again_saturday)
    assert sundays.latest_open_before(again_saturday, within=timedelta()) == again_saturday
    assert not sundays.is_open_at(again_saturday.replace(fold=0))
    nuuk = ZoneInfo("America/Nuuk")  # after 22:59:59 on 28 March 2026 comes midnight
    saturdays = ShopCalendar(nuuk, OpeningHours({5: (OpenSpan(opens=time(20), closes=time(23, 30)),)}))
    midnight = datetime(2026, 3, 29, tzinfo=nuuk)
    assert saturdays.is_open_at(midnight)
    assert not saturdays.is_open_at(midnight + timedelta(seconds=1))
    assert saturdays.latest_open_before(midnight + timedelta(hours=3), within=timedelta(hours=3)) == midnight


@pytest.mark.parametrize(
    "hours",
    [
        {7: [("09:00", "18:00")]},
        {0: [("18:00", "09:00")]},
        {0: [("09:00", "12:00"), ("11:00", "18:00")]},
        {0: [("09:00", "12:00"), ("12:00", "18:00")]},
        {0: [("13:00", "18:00"), ("09:00", "12:00")]},
        {0: [("09:00", "09:00")]},
        {0: [("09:00Z", "18:00Z")]},
        {0: [("09:00", "18:00-03:00")]},
        {0: [("09:00:00.5", "18:00")]},
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: dict[int, list[tuple[str, str]]]) -> None:
    """Wrong weekdays, backward, overlapping, touching, unordered or empty stretches, and times of another clock."""
    with pytest.raises(ValidationError):
        OpeningHours.model_validate({d: [{"opens": a, "closes": b} for a, b in of_day] for d, of_day in hours.items()})


@pytest.mark.parametrize(("opens", "closes"), [(12, 12), (13, 12)])
def test_a_single_stretch_lasts(opens: int, closes: int) -> None:
    """A lunch that ends before it begins is refused, too."""
    with pytest.raises(ValidationError):
        OpenSpan(opens=time(opens), closes=time(closes))


def test_the_stretches_of_a_special_day_are_held_to_the_same_order() -> None:
    """What a week may not have, a single day may not have either."""
    assert in_order([MORNING, AFTERNOON]) == (MORNING, AFTERNOON)
    assert in_order([]) == ()
    with pytest.raises(ValueError, match="in order"):
        in_order([AFTERNOON, MORNING])


def test_hours_in_words() -> None:
    """A line a day, closed days too, lunch left out."""
    words = OpeningHours({0: (MORNING, AFTERNOON), 6: ()}).in_words()
    assert words[0] == "segunda-feira: 08:00–12:00, 13:00–18:00"
    assert words[1:] == [f"{d}: fechado" for d in ("terça-feira", "quarta-feira", "quinta-feira", "sexta-feira")] + [
        "sábado: fechado",
        "domingo: fechado",
    ]
