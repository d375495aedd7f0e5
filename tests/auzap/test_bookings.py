"""Bookings that operators make, move and cancel: the same one way, the same constraint."""

import uuid
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.bookings import Intent
from domain.ids import BookingId, TurnId
from storage import held_slots, professionals, services, waiting_list
from storage.database import Database
from storage.held_slots import NewSlot
from storage.instances import Instances
from tests.auzap.conftest import Command, Salon
from tests.shops import open_shop
from tests.storage import rows


async def test_an_operator_books_moves_and_cancels(salon: Salon) -> None:
    """Each change is the operator's in the row, wakes the booking's workflow, and frees or takes the time."""
    code = await salon.book("rex", "10:00", "--with", "Ana", service="banho")
    row = await salon.row(code)
    assert (row["status"], row["changed_by"], str(row["price"]), row["duration_minutes"]) == (
        "scheduled", "operator", "50.00", 60,
    )  # fmt: skip
    async with salon.database.tenant(salon.id) as tenant:
        assert [r["subject"] for r in await tenant.fetch("select subject from wakes where kind = 'booking'")] == [
            str(row["id"])
        ]
    moved = await salon.done("booking", "move", code, "--at", salon.at("15h30"))
    assert "às 15:30, Rex, Banho, R$ 50,00, com Ana" in moved.out
    assert (await salon.row(code))["start_time"] - row["start_time"] == timedelta(hours=5, minutes=30)
    await salon.book("Mel", "10:00", "--with", "Ana")
    await salon.done("booking", "cancel", str(row["id"]))
    await salon.book("Mel", "15:30", "--with", "Ana")
    cancelled = await salon.row(code)
    assert (cancelled["status"], cancelled["cancelled_at"] is not None) == ("cancelled", True)


async def test_a_time_that_is_taken_is_refused_with_the_next_ones(salon: Salon) -> None:
    """With two people two dogs are booked at once and no third; moving there is refused too, and nothing changes."""
    for name in ("Ana", "Bruno"):
        await salon.done("professional", "hours", name, "seg-dom 10:00-13:00")
    await salon.book("Rex", "10:00", "--with", "Ana")
    with_ana = await salon("booking", "add", *salon.booking("Mel", "Banho", "10:00"), "--with", "Ana")
    assert (with_ana.code, with_ana.err) == (
        1, "auzap: Esse horário já está ocupado. Livres perto dele: 11:00, 12:00.\n",
    )  # fmt: skip
    later = await salon.book("Mel", "12:00", "--with", "Bruno")
    moved = await salon("booking", "move", later, "--at", salon.at("10:30"), "--with", "Ana")
    assert (moved.code, "já está ocupado. Livres perto dele: 11:00" in moved.err) == (1, True)
    await salon.book("Mel", "10:00")
    listed = await salon.json("booking", "list", "--day", f"{salon.day:%d/%m/%Y}")
    assert [(one["start"][11:16], one["pet"], one["professional"]) for one in listed] == [
        ("10:00", "Rex", "Ana"), ("10:00", "Mel", "Bruno"), ("12:00", "Mel", "Bruno"),
    ]  # fmt: skip


async def test_of_many_operators_one_gets_the_time(salon: Salon) -> None:
    """The same booking ordered five times at once is made once; the others are refused."""
    order = ["booking", "add", "--org", "salao", *salon.booking("Rex", "Banho", "10:00"), "--with", "Ana"]
    assert sorted(await salon.command.together(order, times=5)) == [0, 1, 1, 1, 1]
    assert len(await salon.json("booking", "list", "--days", "30")) == 1


async def test_a_pet_is_in_one_place_at_a_time(salon: Salon) -> None:
    """Whoever else is free then."""
    await salon.book("Rex", "10:00", "--with", "Ana")
    refused = await salon("booking", "add", *salon.booking("Rex", "Tosa", "10:30"), "--with", "Bruno")
    assert (refused.code, "já tem um agendamento nesse horário" in refused.err) == (1, True)


async def test_what_is_needed_first_holds_for_operators_too(salon: Salon) -> None:
    """Not booked before it, and the first is not cancelled while the other waits on it."""
    await salon.done("service", "add", "Tosa", "--category", "x", "--minutes", "60", "--price", "90", "--needs-first",
                     "Banho")  # fmt: skip
    too_early = await salon("booking", "add", *salon.booking("Rex", "Tosa", "10:00"))
    assert (too_early.code, "Tosa só depois de Banho" in too_early.err) == (1, True)
    first = await salon.book("Rex", "09:00")
    second = await salon.book("Rex", "10:00", service="Tosa")
    refused = await salon("booking", "cancel", first)
    assert (refused.code, f"É o: {second}" in refused.err) == (1, True)


async def test_operators_need_no_notice(salon: Salon) -> None:
    """A shop that wants two weeks' notice of its customers books tomorrow by itself; yesterday nobody does."""
    await salon.command.done("org", "agenda", "salao", "--notice", "20160")
    order = ("--phone", "11999990001", "--pet", "Rex", "--service", "Banho", "--at")
    await salon.done("booking", "add", *order, "amanhã 10:00")
    yesterday = await salon("booking", "add", *order, f"{salon.day - timedelta(days=11):%d/%m/%Y} 10:00")
    assert (yesterday.code, "já passou" in yesterday.err) == (1, True)


async def test_what_is_kept_for_a_customer_is_kept_from_others_only(
    command: Command, database: Database, instances: Instances
) -> None:
    """A slot that was offered in a chat is not given to somebody else, and is to whom it was offered."""
    shop = await open_shop(database, instances, people=1)
    now = datetime.now(UTC)
    day = (now.astimezone(ZoneInfo("America/Sao_Paulo")) + timedelta(days=10)).date()
    start = datetime.combine(day, time(10), tzinfo=ZoneInfo("America/Sao_Paulo"))
    async with database.tenant(shop.organization_id) as tenant:
        decides = await rows.customer(tenant, shop)
        await rows.wrote(tenant, shop, decides, "Tem horário?")
        await rows.pet(tenant, shop, decides.contact_id)
        other = await rows.customer(tenant, shop, rows.phone(2))
        await rows.pet(tenant, shop, other.contact_id)
        bath = next(one for one in await services.active(tenant) if one.name == "Banho")
        slot = NewSlot(
            booking_id=BookingId(uuid.uuid4()),
            intent=Intent.OFFER,
            service_id=bath.id,
            professional_id=(await professionals.active(tenant))[0].id,
            start=start,
            end=start + timedelta(hours=1),
        )
        await held_slots.hold(
            tenant, shop.organization_id, decides.conversation_id, decides.contact_id, [slot],
            turn_id=TurnId(uuid.uuid4()), expires_at=now + timedelta(minutes=10), now=now,
        )  # fmt: skip
    order = ("booking", "add", "--org", f"loja-{shop.organization_id.hex[:8]}", "--pet", "Rex", "--service", "Banho",
             "--at", f"{day:%d/%m/%Y} 10:00", "--phone")  # fmt: skip
    assert (await command(*order, rows.phone(2).value)).code == 1
    await command.done(*order, rows.PHONE.value)


async def test_a_booking_goes_its_way_by_what_the_shop_s_people_see(salon: Salon) -> None:
    """Confirmed before; arrived and done on its day; who did not come is noted once the time has come."""
    code = await salon.book("Rex", "10:00")
    await salon.done("booking", "confirm", code)
    assert (await salon.row(code))["status"] == "confirmed"
    for word in ("arrived", "done", "no-show"):
        early = await salon("booking", word, code)
        assert (early.code, "ainda está por vir" in early.err) == (1, True)
    await _put_back(salon, code, hours=1)
    for word, status in (("arrived", "in_progress"), ("done", "completed"), ("no-show", "no_show"),
                         ("done", "completed")):  # fmt: skip
        await salon.done("booking", word, code)
        row = await salon.row(code)
        assert (row["status"], row["changed_by"]) == (status, "operator")
    for words in (("confirm", code), ("cancel", code), ("move", code, "--at", salon.at("11:00"))):
        over = await salon("booking", *words)
        assert (over.code, "está concluído" in over.err) == (1, True), words


async def test_a_pet_that_did_not_come_and_is_elsewhere_now_was_not_there(salon: Salon) -> None:
    """What was noted as no-show is done after all only where the pet can have been: refused in one line."""
    missed = await salon.book("Rex", "10:00", "--with", "Ana")
    await _put_back(salon, missed, hours=1)
    await salon.done("booking", "no-show", missed)
    again = await salon.book("Rex", "10:00", "--with", "Bruno")
    await _put_back(salon, again, hours=1)
    refused = await salon("booking", "done", missed)
    assert (refused.code, "já tem outro agendamento" in refused.err, refused.err.count("\n")) == (1, True, 1)
    assert (await salon.row(missed))["status"] == "no_show"


async def _put_back(salon: Salon, code: str, *, hours: int) -> None:
    """The booking began so long ago."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
    async with salon.database.tenant(salon.id) as tenant:
        await tenant.execute(
            """update bookings set start_time = $2, end_time = $2::timestamptz + interval '1 hour'
               where left(id::text, 8) = $1""",
            code,
            start,
        )


async def test_the_list_is_of_the_days_that_were_asked_for(salon: Salon) -> None:
    """A day, some days from today, a week without saying; cancelled ones only with `--all`; codes are for commands."""
    code, gone = await salon.book("Rex", "10:00"), await salon.book("Mel", "11:00")
    await salon.done("booking", "cancel", gone)
    day = f"{salon.day:%d/%m/%Y}"
    assert [one["code"] for one in await salon.json("booking", "list", "--day", day)] == [code]
    assert [one["code"] for one in await salon.json("booking", "list", "--day", day, "--all")] == [code, gone]
    assert [one["code"] for one in await salon.json("booking", "list", "--days", "11")] == [code]
    assert await salon.json("booking", "list", "--days", "10") == []
    assert await salon.json("booking", "list") == []
    shown = (await salon.done("booking", "list", "--day", day)).out
    assert all(part in shown for part in (code, f"{day} 10:00", "Rex", "Banho", "Cliente", "+5511999990001"))
    assert "Nada agendado" in (await salon.done("booking", "list", "--day", "hoje")).out


async def test_a_code_that_two_bookings_share_asks_for_the_whole_id(salon: Salon) -> None:
    """Never a guess; the whole id does it, with hyphens or without."""
    one, two = await salon.book("Rex", "10:00"), await salon.book("Mel", "11:00")
    ids = [f"{one}-0000-4000-8000-{tail}" for tail in ("000000000001", "000000000002")]
    async with salon.database.tenant(salon.id) as tenant:
        for code, whole in zip((one, two), ids, strict=True):
            await tenant.execute("update bookings set id = $2 where left(id::text, 8) = $1 and id <> $2", code, whole)
    refused = await salon("booking", "cancel", one)
    assert (refused.code, all(whole in refused.err for whole in ids)) == (1, True)
    await salon.done("booking", "cancel", ids[0])
    await salon.done("booking", "cancel", ids[1].replace("-", "").upper())


async def test_one_shop_s_bookings_are_not_another_s(salon: Salon) -> None:
    """Neither by code nor by id, and another shop's customer is not known."""
    code = await salon.book("Rex", "10:00")
    whole = str((await salon.row(code))["id"])
    await salon.command.done("org", "add", "outra", "--name", "Outra")
    for which in (code, whole):
        refused = await salon.command("booking", "cancel", which, "--org", "outra")
        assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert (await salon.row(code))["status"] == "scheduled"
    unknown = await salon.command("booking", "add", *salon.booking("Rex", "Banho", "11:00"), "--org", "outra")
    assert (unknown.code, "não conhece um cliente" in unknown.err) == (1, True)


async def test_who_waits_is_listed(command: Command, database: Database, instances: Instances) -> None:
    """Day, service, pet, and whether a time was offered to them."""
    shop = await open_shop(database, instances)
    slug, day = f"loja-{shop.organization_id.hex[:8]}", datetime.now(UTC).date() + timedelta(days=5)
    assert "Ninguém" in (await command.done("waiting", "list", "--org", slug)).out
    async with database.tenant(shop.organization_id) as tenant:
        of = await rows.customer(tenant, shop)
        pet = await rows.pet(tenant, shop, of.contact_id)
        bath = next(one for one in await services.active(tenant) if one.name == "Banho")
        await waiting_list.join(
            tenant, shop.organization_id, conversation_id=of.conversation_id, contact_id=of.contact_id,
            service_id=bath.id, pet_id=pet.id, day=day,
        )  # fmt: skip
    (waits,) = (await command.done("waiting", "list", "--org", slug, "--json")).json
    assert (waits["day"], waits["service"], waits["pet"], waits["status"]) == (
        day.isoformat(), "Banho", "Rex", "waiting",
    )  # fmt: skip
    assert "espera" in (await command.done("waiting", "list", "--org", slug)).out
    async with database.tenant(shop.organization_id) as tenant:
        until = datetime.now(UTC) + timedelta(minutes=30)
        await waiting_list.offer(tenant, uuid.UUID(waits["id"]), BookingId(uuid.uuid4()), until)
    assert "horário oferecido até" in (await command.done("waiting", "list", "--org", slug)).out


def _add(**changed: str) -> tuple[str, ...]:
    """A booking that could be made, but for what is changed."""
    options = {
        "--phone": "11999990001", "--pet": "Rex", "--service": "Banho", "--at": "amanhã 10:00",
    } | {f"--{name.rstrip('_')}": value for name, value in changed.items()}  # fmt: skip
    return ("add", *(part for option in options.items() for part in option))


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (_add(phone="abc"), 2, "não é um telefone"),
        (_add(phone="11988887777"), 1, "não conhece um cliente"),
        (_add(pet="Totó"), 1, "Tem: Mel, Rex"),
        (_add(service="Pouso lunar"), 1, "Tem: Banho, Hidratação, Tosa"),
        (_add(at="31/02/2027 10:00"), 2, "fevereiro de 2027 vai de 1 a 28"),
        (_add(at="amanhã"), 2, "dia e hora"),
        (_add(at="amanhã 25:00"), 2, "não é uma hora do dia"),
        (_add(at="amanhã 07:00"), 1, "não está aberta nesse horário"),
        (_add(at="amanhã 17:30"), 1, "Abre: 08:00–18:00"),
        (_add(at="02/01/2020 10:00"), 1, "já passou"),
        (_add(at="9999-12-31 10:00"), 2, "confira o ano"),
        (_add(at="0001-01-01 10:00"), 2, "confira o ano"),
        (_add(with_="Zé"), 1, "atendem: Ana, Bruno"),
        (_add(size="enorme"), 2, "não é um porte"),
        (("list", "--day", "31/02"), 2, "fevereiro"),
        (("list", "--days", "0"), 2, "valor inválido"),
        (("list", "--day", "hoje", "--days", "3"), 2, "--day"),
        (("move", "00000000"), 2, "--at"),
        (("move", "00000000", "--at", "amanhã 10:00"), 1, "não tem o agendamento"),
        (("move", "zzz", "--at", "amanhã 10:00"), 2, "não é o código"),
        (("cancel", "1234"), 2, "não é o código"),
        (("cancel", "%_%_%_%_"), 2, "não é o código"),
        (("cancel", "00000000"), 1, "não tem o agendamento"),
        (("confirm", str(uuid.UUID(int=0))), 1, "não existe"),
        (("arrived", str(uuid.UUID(int=0))), 1, "não existe"),
        (("done", "00000000"), 1, "não tem o agendamento"),
        (("no-show", "00000000"), 1, "não tem o agendamento"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(
    salon: Salon, arguments: tuple[str, ...], code: int, why: str
) -> None:
    """One line each with the reason, and the agenda stays empty."""
    ran = await salon("booking", *arguments)
    assert (ran.code, why in ran.err, ran.err.count("\n"), ran.out) == (code, True, 1, ""), ran
    assert await salon.json("booking", "list", "--days", "90", "--all") == []


async def test_two_names_that_fit_are_asked_about(salon: Salon) -> None:
    """Services, pets and people: the candidates are told, nothing is guessed."""
    for arguments in (
        ("service", "add", "Banho Seco", "--category", "x", "--minutes", "60", "--price", "50"),
        ("service", "add", "Banho Medicinal", "--category", "x", "--minutes", "60", "--price", "50"),
        ("service", "remove", "Banho"),
        ("professional", "add", "Bruno Lima"),
        ("professional", "remove", "Bruno"),
        ("professional", "add", "Bruno Reis"),
    ):
        await salon.done(*arguments)
    which = await salon("booking", *_add())
    assert (which.code, "Diga qual: Banho Medicinal, Banho Seco" in which.err) == (1, True)
    who = await salon("booking", *_add(service="Tosa", with_="Bruno"))
    assert (who.code, "Bruno Lima, Bruno Reis" in who.err) == (1, True)


async def test_a_day_without_a_free_time_points_to_the_next(salon: Salon) -> None:
    """Full: the line says the next free time of whoever is wanted. Too far ahead: the last day there is."""
    await salon.done("professional", "hours", "Ana", "seg-dom 10:00-11:00")
    await salon.book("Rex", "10:00", "--with", "Ana")
    full = await salon("booking", "add", *salon.booking("Mel", "Banho", "10:00"), "--with", "Ana")
    assert (full.code, f"{salon.day + timedelta(days=1):%d/%m/%Y} às 10:00" in full.err) == (1, True)
    await salon.command.done("org", "agenda", "salao", "--days-ahead", "9")
    far = await salon("booking", "add", *salon.booking("Mel", "Banho", "10:00"))
    assert (far.code, f"O último dia é {salon.day - timedelta(days=1):%d/%m/%Y}" in far.err) == (1, True)
