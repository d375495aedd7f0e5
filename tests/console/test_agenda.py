"""The agenda of a day in the console: what is on it, in the shop's own time, for its own people."""

from datetime import UTC, date, datetime, time, timedelta

from console import agenda
from console.parts import Parts
from console.topics import Topic, TopicKind
from domain.ids import OrganizationId
from domain.opening import OpeningHours, OpenSpan
from operating.agenda import TimeKind, day_of
from operating.attending import Attending
from storage import professionals, special_days
from storage.instances import Instances
from storage.organizations import SettingsChange, change
from storage.special_days import SpecialDay
from tests.console.agendas import SAO_PAULO, Scene, scene
from tests.console.conftest import Browser, Console
from tests.storage.rows import insert_booking
from webhooks.intake import Intake


async def test_names_are_text_and_nothing_else(console: Console, ana: Browser) -> None:
    """What customers call themselves and their pets is shown as written, on every page of the agenda."""
    evil = '<script>alert("oi")</script>'
    hostile = await scene(console, console.shop, called=evil, dog=evil)
    made = await hostile.book(ana)
    for path in (
        f"/agenda?dia={hostile.day}", f"/agenda/{made}", f"/agenda/{made}/remarcar", f"/agenda/{made}/cancelar",
        f"/agenda/novo?cliente={hostile.contact_id}", "/agenda/novo?busca=script",
    ):  # fmt: skip
        html = (await ana.get(path)).text
        assert "<script>alert" not in html, path
        assert "&lt;script&gt;" in html, path
    assert "<script>" in (await hostile.letters())[0]


async def test_a_closed_day_says_why(at_marinas: Scene, ana: Browser) -> None:
    """With the shop's own note; times are not offered, the next day is named."""
    async with at_marinas.console.database.tenant(at_marinas.shop.organization_id) as tenant:
        closed = SpecialDay(day=at_marinas.day, spans=(), note="dedetização")
        await special_days.put(tenant, at_marinas.shop.organization_id, closed)
    day = (await ana.get(f"/agenda?dia={at_marinas.day}")).text
    assert "Fechado: a loja não abre nesse dia (dedetização)." in day
    form = await ana.get(
        f"/agenda/novo?cliente={at_marinas.contact_id}&pet={at_marinas.pet_id}&servico={at_marinas.service_id}"
        f"&dia={at_marinas.day}"
    )
    assert "A loja não abre nesse dia." in form.text
    assert f"{at_marinas.day + timedelta(days=1):%d/%m/%Y}" in form.text


async def test_absences_lunch_and_preparation_are_on_the_day(at_marinas: Scene) -> None:
    """Each takes its part; what is left is free, and a booking stands before an absence."""
    day, zone = at_marinas.day, SAO_PAULO
    first = at_marinas.people[0]

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), tzinfo=zone)

    async with at_marinas.console.database.tenant(at_marinas.shop.organization_id) as tenant:
        lunch = OpenSpan(opens=time(12), closes=time(13))
        await professionals.set_hours(tenant, first, None, lunch)
        shop = at_marinas.shop.organization_id
        await professionals.add_absence(tenant, shop, first, at(15), at(19), "dentista")
        booked = await insert_booking(tenant, at_marinas.shop, at_marinas.contact_id, start=at(16), professional=first)
        await tenant.execute("update bookings set preparation_minutes = 15 where id = $1", booked)
    found = await day_of(at_marinas.console.database, shop, day, datetime.now(UTC))
    times = [(one.kind, f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in found.people[0].times]
    assert times == [
        (TimeKind.FREE, "09:00", "12:00"),
        (TimeKind.LUNCH, "12:00", "13:00"),
        (TimeKind.FREE, "13:00", "15:00"),
        (TimeKind.AWAY, "15:00", "15:45"),
        (TimeKind.BOOKED, "15:45", "17:00"),
        (TimeKind.AWAY, "17:00", "18:00"),
    ]
    rows = agenda.table(found)
    assert [f"{row.start:%H:%M}" for row in rows] == ["09:00", "12:00", "13:00", "15:00", "15:45", "17:00"]
    assert [sum(cell.rows for row in rows for cell in row.cells if cell.person is one) for one in found.people] == [
        6,
        6,
    ]


async def test_what_cannot_be_read_as_a_day_is_said(at_marinas: Scene, ana: Browser) -> None:
    """Today is shown, and the reason; days as people write them are understood."""
    for text in ("ontem", "9999-12-31", "0001-01-01", "31/02/2027", "<b>"):
        answer = await ana.get(f"/agenda?dia={text}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True), text
    assert (await ana.get("/agenda")).status_code == 200
    assert (await ana.get("/agenda?dia=hoje")).status_code == 200


async def test_a_shop_in_manaus_reads_its_own_clock(at_marinas: Scene, ana: Browser) -> None:
    """The day, the times offered and the letter are of Manaus, an hour behind São Paulo."""
    await _in_zone(at_marinas, "America/Manaus")
    form = await ana.get(
        f"/agenda/novo?cliente={at_marinas.contact_id}&pet={at_marinas.pet_id}&servico={at_marinas.service_id}"
        f"&dia={at_marinas.day}"
    )
    assert f'value="{at_marinas.day}T10:00:00-04:00"' in form.text
    await at_marinas.book(ana, hora="", outra="10:00")
    ((start,),) = await at_marinas.rows("select start_time from bookings")
    assert start == datetime.combine(at_marinas.day, time(14), tzinfo=UTC)
    assert "🕙 Horário: 10:00" in (await at_marinas.letters())[0]
    assert f'datetime="{at_marinas.day}T10:00:00-04:00">10:00' in (await ana.get(f"/agenda?dia={at_marinas.day}")).text


async def test_days_on_which_the_clock_changes(at_marinas: Scene, ana: Browser) -> None:
    """In New York an hour is skipped, another comes twice: real time counts, and a skipped time is none."""
    async with at_marinas.console.database.tenant(at_marinas.shop.organization_id) as tenant:
        nights = OpeningHours(dict.fromkeys(range(7), (OpenSpan(opens=time(0), closes=time(5)),)))
        await change(tenant, at_marinas.shop.organization_id, SettingsChange(opening_hours=nights))
    await _in_zone(at_marinas, "America/New_York")
    now = datetime(2027, 3, 1, tzinfo=UTC)
    shop = at_marinas.shop.organization_id
    for day, hours in ((date(2027, 3, 14), 4), (date(2027, 11, 7), 6), (date(2027, 3, 15), 5)):
        found = await day_of(at_marinas.console.database, shop, day, now)
        (free,) = found.people[0].times
        assert (free.start.hour, free.end.hour) == (0, 5)
        assert free.end.timestamp() - free.start.timestamp() == hours * 3600
        assert len(agenda.table(found)) == 1
    skipped = await ana.post("/agenda/novo", at_marinas.form(dia="2027-03-14", outra="02:30"))
    assert (skipped.status_code, "o relógio pula essa hora" in skipped.text) == (422, True)


async def test_the_day_is_painted_for_its_own_shop(
    at_marinas: Scene, ana: Browser, console: Console, instances: Instances
) -> None:
    """What open pages get is the day without a form or a token, and only of the shop that asks."""
    made = await at_marinas.book(ana)
    intake = Intake(console.database, instances, console.temporal, console.settings.id_secret)
    attending = Attending(console.database, console.temporal)
    parts = Parts(console.database, console.temporal, attending, instances, intake)
    paint = agenda.painter(parts)

    async def painted(shop: OrganizationId) -> str:
        return await paint(Topic(shop, TopicKind.AGENDA, at_marinas.day.isoformat()))

    html = await painted(console.shop.organization_id)
    assert str(made) in html
    assert "<form" not in html
    assert ana.csrf not in html
    assert str(made) not in await painted(console.other_shop.organization_id)


async def _in_zone(at: Scene, zone: str) -> None:
    async with at.console.database.tenant(at.shop.organization_id) as tenant:
        await change(tenant, at.shop.organization_id, SettingsChange(timezone=zone))
