"""When somebody who waits for a person is remembered: in minutes in which the shop is open."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.handoffs import DueKind, HandoffRules
from domain.opening import OpeningHours
from office.handoff_deadlines import back_at, deadlines, staffed_note
from reception.desk import Desk
from storage import special_days
from storage.special_days import SpecialDay
from tests.reception.conftest import SAO_PAULO, Reception, monday, reception

__all__ = ["reception"]  # a fixture

NEVER = OpeningHours({})


def with_shop(desk: Desk, **changes: object) -> Desk:
    """The same desk of a shop with other settings."""
    return replace(desk, shop=desk.shop.model_copy(update=changes))


async def planned(desk: Desk, since: datetime) -> list[tuple[DueKind, datetime]]:
    """The deadlines, in order."""
    return [(one.kind, one.at) for one in await deadlines(desk, since)]


async def test_who_waits_in_opening_hours_is_remembered_by_the_clock(reception: Reception) -> None:
    """The team after the first answer's time, then the owner, then the customer is told."""
    async with reception.desk() as desk:
        assert await planned(desk, monday(10)) == [
            (DueKind.REMIND, monday(10, 15)),
            (DueKind.ESCALATE, monday(10, 30)),
            (DueKind.TELL_CUSTOMER, monday(10, 45)),
        ]


async def test_nobody_is_woken_at_night(reception: Reception) -> None:
    """Who waits since the evening is told of in the morning, and what is left of a day's minutes counts."""
    async with reception.desk() as desk:
        in_the_evening = await planned(desk, monday(20))
        before_closing = await planned(desk, monday(17, 50))
    tuesday = monday(9) + timedelta(days=1)
    assert [at for _, at in in_the_evening] == [tuesday + timedelta(minutes=m) for m in (15, 30, 45)]
    assert [at for _, at in before_closing] == [tuesday + timedelta(minutes=m) for m in (5, 20, 35)]


async def test_a_day_the_shop_is_closed_does_not_count(reception: Reception) -> None:
    """Neither a holiday nor a special day; a shop that is closed for three weeks remembers nobody meanwhile."""
    async with reception.desk() as desk:
        closed = SpecialDay(day=date(2026, 11, 24), spans=(), note="inventário")
        await special_days.put(desk.tenant, desk.shop.id, closed)
        assert (await planned(desk, monday(20)))[0][1] == monday(9, 15) + timedelta(days=2)
        for ahead in range(2, 23):
            await special_days.put(
                desk.tenant, desk.shop.id, closed.model_copy(update={"day": closed.day + timedelta(days=ahead - 1)})
            )
        assert await planned(desk, monday(20)) == []


async def test_a_shop_without_opening_hours_counts_by_the_clock(reception: Reception) -> None:
    """Nobody said when it is open: the minutes are any minutes."""
    async with reception.desk() as desk:
        found = await planned(with_shop(desk, opening_hours=NEVER), monday(22))
    assert [at for _, at in found] == [monday(22, 15), monday(22, 30), monday(22, 45)]


async def test_the_shop_s_rules_give_the_order_of_time(reception: Reception) -> None:
    """A shop that tells its customers before its owner."""
    rules = HandoffRules(first_answer_minutes=5, escalate_minutes=60, tell_customer_minutes=10)
    async with reception.desk() as desk:
        found = await planned(with_shop(desk, handoff_rules=rules), monday(10))
    assert found == [
        (DueKind.REMIND, monday(10, 5)),
        (DueKind.TELL_CUSTOMER, monday(10, 10)),
        (DueKind.ESCALATE, monday(11)),
    ]


async def test_when_somebody_is_there_again(reception: Reception) -> None:
    """None while the shop is open; else its next opening; None, too, for a shop that never opens."""
    async with reception.desk() as desk:
        assert await back_at(replace(desk, now=monday(10))) is None
        night = replace(desk, now=monday(20).astimezone(SAO_PAULO))
        assert await back_at(night) == monday(9) + timedelta(days=1)
        assert await back_at(with_shop(night, opening_hours=NEVER)) is None
        far = [SpecialDay(day=date(2026, 11, 24) + timedelta(days=n), spans=(), note="") for n in range(32)]
        for day in far:
            await special_days.put(desk.tenant, desk.shop.id, day)
        assert await back_at(night) is None


async def test_the_sentence_for_who_is_handed_over(reception: Reception) -> None:
    """Of a closed shop when it opens; of an open one nothing."""
    async with reception.desk() as desk:
        assert await staffed_note(replace(desk, now=monday(10))) is None
        said = await staffed_note(replace(desk, now=monday(20)))
    assert said is not None
    assert "volta a abrir amanhã, terça-feira, às 9h" in said
