"""Nobody fills a shop's agenda or its waiting lists alone."""

import uuid
from datetime import timedelta

import pytest

from domain.bookings import ChangedBy
from domain.errors import RefusalCode, RequestRefused
from domain.ids import TurnId
from reception import appointments, waiting
from reception.offers import Customer
from reception.wishes import Wish
from storage.bookings import MOST_COMING
from tests.storage.rows import service

from .conftest import Reception, monday


async def test_a_customer_has_so_many_bookings_coming_and_no_more(reception: Reception) -> None:
    """The one beyond is refused to the customer, and not to the shop's own people."""
    one, (rex,) = await reception.somebody(1, "Rex")
    for ahead in range(MOST_COMING):
        await reception.book(one, rex, monday(9 + ahead % 5) + timedelta(days=ahead))
    later = monday(16) + timedelta(days=MOST_COMING)
    async with reception.desk(ChangedBy.CUSTOMER, one) as desk:
        wish = Wish(
            contact_id=one.contact_id,
            pet=rex,
            service=await service(desk.tenant, "Banho"),
            start=later,
            in_addition=True,
        )
        with pytest.raises(RequestRefused) as refused:
            await appointments.book(desk, wish)
    assert refused.value.code is RefusalCode.NOT_ALLOWED
    async with reception.desk(ChangedBy.OPERATOR, one) as desk:
        await appointments.book(desk, wish)


async def test_a_customer_waits_for_so_many_days_and_no_more(reception: Reception) -> None:
    """The eleventh wait is refused."""
    one, (rex,) = await reception.somebody(1, "Rex")
    who = Customer(one.contact_id, one.conversation_id, TurnId(uuid.uuid4()))
    async with reception.desk(ChangedBy.CUSTOMER, one) as desk:
        bath = await service(desk.tenant, "Banho")
        for ahead in range(10):
            await waiting.join(desk, who, bath, rex, monday(9).date() + timedelta(days=ahead))
        with pytest.raises(RequestRefused) as refused:
            await waiting.join(desk, who, bath, rex, monday(9).date() + timedelta(days=10))
    assert refused.value.code is RefusalCode.NOT_ALLOWED


async def test_who_waits_is_not_offered_what_did_not_suit(reception: Reception) -> None:
    """Times that were free when they joined are not news; one that comes free later is."""
    one, (rex,) = await reception.somebody(1, "Rex")
    other, (mel, thor) = await reception.somebody(2, "Mel", "Thor")
    for of in (mel, thor):
        last = await reception.book(other, of, monday(10))
    who = Customer(one.contact_id, one.conversation_id, TurnId(uuid.uuid4()))
    async with reception.desk(ChangedBy.CUSTOMER, one) as desk:
        bath = await service(desk.tenant, "Banho")
        await waiting.join(desk, who, bath, rex, monday(9).date())
    async with reception.desk(ChangedBy.TIME) as desk:
        assert (await waiting.plan(desk, bath.id, monday(9).date())).offers == ()
        await appointments.cancel(desk, last.id)
        (offer,) = (await waiting.plan(desk, bath.id, monday(9).date())).offers
    assert "às 10:00" in offer.text
