"""What Aurora says unasked: short, in figures that were given, and nothing where there is nothing to say."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.agenda import FreeSlot
from domain.aurora_rules import AuroraRules, Briefing
from domain.bookings import BookingStatus
from domain.briefings import (
    WORTH_TELLING,
    DayFacts,
    Gap,
    MorningFacts,
    Visit,
    daily_summary,
    gaps,
    is_told,
    morning_agenda,
    on_the,
)
from domain.charts import ChartUnit
from domain.figures import (
    Amount,
    AssistantFigures,
    Attendance,
    CategoryCount,
    Customers,
    DayRevenue,
    Inactive,
    InactiveCustomer,
    NoShows,
    Occupancy,
    Occupied,
    ProfessionalOccupancy,
    Revenue,
)
from domain.ids import ContactId, ProfessionalId
from domain.letters import ProactiveType
from domain.owner_alerts import (
    AlertsOfDay,
    FewBookings,
    ManyNoShows,
    alerts,
    and_suggestion,
    are_few,
    are_many_inactive,
    are_many_no_shows,
)
from domain.owners import OwnerRole
from domain.periods import Period
from domain.weekly_review import WeekFacts, WeekFigures, week_chart, weekly_review

ZONE = ZoneInfo("America/Sao_Paulo")
SUNDAY = date(2026, 11, 22)
NOBODY = Attendance(clients=0, by_category=(), revenue=Decimal(0))


def amount(bookings: int, reais: str) -> Amount:
    """Some bookings and what they are worth."""
    return Amount(bookings=bookings, reais=Decimal(reais))


def visit(
    hour: int,
    pet: str = "Rex",
    customer: str | None = "Ana",
    *,
    who: str = "Bia",
    status: BookingStatus = BookingStatus.SCHEDULED,
) -> Visit:
    """A bath at that hour of the Sunday."""
    start = datetime(2026, 11, 22, hour, tzinfo=ZONE)
    return Visit(start=start, status=status, service="Banho", professional=who, pet=pet, customer=customer)


# The end of a day.


def busy_day() -> DayFacts:
    """A day with something of everything."""
    return DayFacts(
        day=SUNDAY,
        is_open=True,
        attendance=Attendance(
            clients=9,
            by_category=(CategoryCount(category="banho", count=8), CategoryCount(category="tosa", count=1)),
            revenue=Decimal("1240.50"),
        ),
        revenue=Revenue(
            done=amount(9, "1240.50"),
            expected=amount(1, "90"),
            lost_to_no_shows=amount(1, "50"),
            lost_to_cancellations=amount(2, "140"),
        ),
        tomorrow=7,
        waiting=("Ana", "Caio"),
        compared=(date(2026, 11, 15), Revenue(done=amount(8, "1000"))),
    )


def test_a_day_s_summary() -> None:
    """Who came, what came in, what is open and lost, tomorrow, and who waits; beside the same day last week."""
    assert daily_summary(busy_day()) == (
        "Oi! Aqui é a Aurora, com o resumo de domingo, 22/11 🐾\n"
        "\n"
        "👥 9 clientes atendidos: 8 banhos, 1 tosa\n"
        "💰 Receita: R$ 1.240,50\n"
        "📊 No domingo, 15/11: R$ 1.000,00; diferença: R$ 240,50 a mais (+24,1%)\n"
        "⏳ Em aberto: 1 agendamento, R$ 90,00\n"
        "❌ 1 falta: R$ 50,00\n"
        "🚫 2 cancelamentos: R$ 140,00\n"
        "📅 Segunda-feira, 23/11: 7 agendamentos\n"
        "💬 Esperando uma pessoa: 2 conversas (Ana, Caio)"
    )


def test_a_quiet_day_says_only_what_there_is() -> None:
    """Nothing lost, nothing open, nobody waiting, nothing to compare with: no such line."""
    facts = DayFacts(day=SUNDAY, is_open=True, attendance=NOBODY, revenue=Revenue(), tomorrow=1)
    assert daily_summary(facts) == (
        "Oi! Aqui é a Aurora, com o resumo de domingo, 22/11 🐾\n"
        "\n"
        "👥 Nenhum cliente atendido\n"
        "💰 Receita: R$ 0,00\n"
        "📅 Segunda-feira, 23/11: 1 agendamento"
    )


@pytest.mark.parametrize(
    ("is_open", "booked", "tomorrow", "waiting", "said"),
    [
        (False, 0, 3, ("Ana",), False),  # closed, and nobody came
        (False, 1, 0, (), True),  # closed, and yet somebody was booked
        (True, 0, 0, (), False),  # nothing at all
        (True, 0, 1, (), True),
        (True, 0, 0, ("Ana",), True),
        (True, 1, 0, (), True),
    ],
)
def test_when_a_summary_is_worth_saying(
    is_open: bool, booked: int, tomorrow: int, waiting: tuple[str, ...], said: bool
) -> None:
    """Silent on a closed day without a booking, and where there is nothing of the day or after it."""
    revenue = Revenue(lost_to_cancellations=amount(booked, "0"))
    facts = DayFacts(
        day=SUNDAY, is_open=is_open, attendance=NOBODY, revenue=revenue, tomorrow=tomorrow, waiting=waiting
    )
    assert (daily_summary(facts) is not None) is said


def test_many_who_wait_are_counted() -> None:
    """A few are named, the others are a number."""
    facts = busy_day().model_copy(update={"waiting": tuple(f"C{n}" for n in range(8))})
    assert "8 conversas (C0, C1, C2, C3, C4 e mais 3)" in (daily_summary(facts) or "")


def test_days_have_their_article() -> None:
    """Weekdays are feminine, Saturday and Sunday are not."""
    assert [on_the(SUNDAY + timedelta(days=n)).split()[0] for n in range(-1, 6)] == ["no", "no", *["na"] * 5]


# The beginning of a day.


def test_a_morning_s_agenda() -> None:
    """By time, and by professional where there is more than one; who has confirmed; the free stretches."""
    free = Gap(
        professional="Bia",
        start=datetime(2026, 11, 22, 11, tzinfo=ZONE),
        end=datetime(2026, 11, 22, 12, 30, tzinfo=ZONE),
    )
    visits = (
        visit(9, status=BookingStatus.CONFIRMED),
        visit(9, "Mel", "Caio", who="Duda"),
        visit(10, "Thor", None),
    )
    facts = MorningFacts(day=SUNDAY, is_open=True, visits=visits, free=(free,))
    assert morning_agenda(facts) == (
        "Bom dia! A agenda de domingo, 22/11: 3 agendamentos 🐾\n"
        "\n"
        "Bia:\n"
        "09:00 Rex (Ana), Banho ✅\n"
        "10:00 Thor, Banho\n"
        "\n"
        "Duda:\n"
        "09:00 Mel (Caio), Banho\n"
        "\n"
        "🕙 Horários livres, o primeiro às 11:00:\n"
        "11:00 a 12:30"
    )
    alone = morning_agenda(MorningFacts(day=SUNDAY, is_open=True, visits=visits[::2]))
    assert alone is not None
    assert "Bia:" not in alone
    assert alone.endswith("Sem horário livre: agenda cheia! 🎉")


def test_a_long_agenda_is_cut_and_says_so() -> None:
    """Forty bookings are not forty lines."""
    text = morning_agenda(MorningFacts(day=SUNDAY, is_open=True, visits=(visit(9),) * 40))
    assert text is not None
    assert text.count("Rex") == 30
    assert "… e mais 10 agendamentos." in text
    assert "40 agendamentos" in text


def test_when_an_agenda_is_worth_saying() -> None:
    """A closed day without a booking is not; an empty one that is open says how much is free."""
    gap = Gap(
        professional="Bia", start=datetime(2026, 11, 22, 9, tzinfo=ZONE), end=datetime(2026, 11, 22, 18, tzinfo=ZONE)
    )
    assert morning_agenda(MorningFacts(day=SUNDAY, is_open=False, visits=())) is None
    assert morning_agenda(MorningFacts(day=SUNDAY, is_open=True, visits=())) is None
    empty = morning_agenda(MorningFacts(day=SUNDAY, is_open=True, visits=(), free=(gap,)))
    assert empty is not None
    assert empty.startswith("Bom dia! A agenda de domingo, 22/11 ainda está vazia.")
    assert "09:00 a 18:00" in empty
    closed = morning_agenda(MorningFacts(day=SUNDAY, is_open=False, visits=(visit(9),)))
    assert closed is not None
    assert "livre" not in closed


def test_free_starts_are_stretches() -> None:
    """Starts that follow each other are one stretch, as long as the last of them takes; each has their own."""
    bia, duda = ProfessionalId(uuid4()), ProfessionalId(uuid4())

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 22, hour, minute, tzinfo=ZONE)

    slots = [
        FreeSlot(at(9), (bia,)),
        FreeSlot(at(9, 30), (bia, duda)),
        FreeSlot(at(10), (bia,)),
        FreeSlot(at(14), (bia,)),
    ]
    found = gaps(slots, {bia: "Bia", duda: "Duda"}, minutes=30, step=30)
    assert [(gap.professional, gap.start, gap.end) for gap in found] == [
        ("Bia", at(9), at(10, 30)),
        ("Duda", at(9, 30), at(10)),
        ("Bia", at(14), at(14, 30)),
    ]
    assert gaps([], {bia: "Bia"}, minutes=30, step=30) == ()


# A week.


def week_figures(reais: str, clients: int, no_shows: int, completed: int) -> WeekFigures:
    """A week that brought in so much."""
    return WeekFigures(
        revenue=Revenue(done=amount(completed, reais), lost_to_no_shows=amount(no_shows, "100")),
        attendance=Attendance(
            clients=clients,
            by_category=(CategoryCount(category="banho", count=completed),) if completed else (),
            revenue=Decimal(reais),
        ),
        no_shows=NoShows(no_shows=no_shows, completed=completed),
    )


def occupied(name: str, booked: int, opened: int) -> ProfessionalOccupancy:
    """How busy one is."""
    return ProfessionalOccupancy(
        professional_id=ProfessionalId(UUID(int=len(name))),
        name=name,
        occupied=Occupied(booked_minutes=booked, open_minutes=opened),
    )


def week(now: WeekFigures, before: WeekFigures, people: Sequence[ProfessionalOccupancy] = ()) -> WeekFacts:
    """A week, and the one before."""
    return WeekFacts(
        week=Period(first=date(2026, 11, 16), last=SUNDAY),
        now=now,
        before=before,
        customers=Customers(new=2, returning=1) if now.attendance.clients else Customers(new=0, returning=0),
        occupancy=Occupancy(
            total=Occupied(
                booked_minutes=sum(one.occupied.booked_minutes for one in people),
                open_minutes=sum(one.occupied.open_minutes for one in people),
            ),
            by_professional=tuple(people),
            by_hour=(),
        ),
        assistant=AssistantFigures(conversations=10, handed_over=3, booked=4, by_model=())
        if people
        else AssistantFigures(conversations=0, handed_over=0, booked=0, by_model=()),
    )


def test_a_week_s_review() -> None:
    """Revenue, customers, no-shows, how busy who was, and how the assistant did, beside the week before."""
    people = (occupied("Bia", 300, 600), occupied("Duda", 150, 600), occupied("Férias", 0, 0))
    text = weekly_review(week(week_figures("3000", 3, 1, 19), week_figures("4000", 5, 1, 9), people))
    assert text == (
        "Oi! Aqui é a Aurora, com o balanço da semana de 16/11/2026 a 22/11/2026 🐾\n"
        "\n"
        "💰 Receita: R$ 3.000,00\n"
        "📊 Semana anterior: R$ 4.000,00; diferença: R$ 1.000,00 a menos (-25%)\n"
        "❌ 1 falta: R$ 100,00\n"
        "👥 3 clientes atendidos: 19 banhos\n"
        "📈 Clientes atendidos, ante a semana anterior (5): 2 clientes a menos (-40%)\n"
        "🌱 2 clientes novos, 1 que já era cliente\n"
        "📉 Taxa de faltas: 5%; semana anterior: 10%\n"
        "🕙 Ocupação da agenda: 37,5%\n"
        "Maior: Bia, 50%. Menor: Duda, 25%.\n"
        "🤖 Assistente: 10 conversas (7 sem precisar de uma pessoa, 3 com uma) e 4 agendamentos feitos com ela"
    )


def test_an_empty_week_is_not_reviewed() -> None:
    """Neither week had a booking, nor the assistant a conversation; a week that fell to nothing is news."""
    nothing = WeekFigures(revenue=Revenue(), attendance=NOBODY, no_shows=NoShows(no_shows=0, completed=0))
    assert weekly_review(week(nothing, nothing)) is None
    assert weekly_review(week(nothing, week_figures("100", 1, 0, 1))) is not None


def test_a_week_s_picture() -> None:
    """Revenue by day, in reais; none of a week without any."""
    period = Period(first=date(2026, 11, 16), last=SUNDAY)
    days = [
        DayRevenue(day=period.first + timedelta(days=n), done=Decimal(100 * n), expected=Decimal(0)) for n in range(7)
    ]
    chart = week_chart(period, days)
    assert chart is not None
    assert chart.title == "Receita de 16/11 a 22/11"
    assert chart.unit is ChartUnit.REAIS
    assert list(chart.series[0].values) == [0, 100, 200, 300, 400, 500, 600]
    assert week_chart(period, [day.model_copy(update={"done": Decimal(0)}) for day in days]) is None


# Alerts.


def test_thresholds_on_both_sides() -> None:
    """Fewer than five bookings, more than ten inactive, more than two no-shows; what the shop sets instead counts."""
    rules = AuroraRules()
    assert [are_few(rules, n) for n in (4, 5)] == [True, False]
    assert [are_many_inactive(rules, n) for n in (10, 11)] == [False, True]
    assert [are_many_no_shows(rules, n) for n in (2, 3)] == [False, True]
    own = AuroraRules(few_bookings=1, many_inactive=0, many_no_shows=0)
    assert [are_few(own, n) for n in (0, 1)] == [True, False]
    assert [are_many_inactive(own, n) for n in (0, 1)] == [False, True]
    assert [are_many_no_shows(own, n) for n in (0, 1)] == [False, True]


def away(name: str | None, pet: str | None) -> InactiveCustomer:
    """Somebody who stays away."""
    return InactiveCustomer(
        contact_id=ContactId(uuid4()), name=name, pet=pet, service="Banho", last_visit=date(2026, 9, 1)
    )


def test_all_alerts_are_one_message() -> None:
    """Each with who, when and why; more than a few are counted."""
    few = FewBookings(
        days=Period(first=date(2026, 11, 23), last=date(2026, 11, 25)),
        total=1,
        by_day=((date(2026, 11, 23), 1), (date(2026, 11, 24), 0), (date(2026, 11, 25), 0)),
        visits=(visit(9),),
    )
    inactive = Inactive(
        total=12, customers=(away("Ana", "Rex"), away("Caio", None), away(None, "Mel"), away(None, None))
    )
    missed = ManyNoShows(day=date(2026, 11, 21), total=6, visits=(visit(9), visit(10, "", None)))
    found = AlertsOfDay(day=SUNDAY, few=few, inactive=inactive, no_shows=missed)
    assert alerts(found, AuroraRules()) == (
        "🔔 Oi! Aqui é a Aurora. Alertas de domingo, 22/11:\n"
        "\n"
        "📅 Só 1 agendamento de segunda-feira, 23/11, a quarta-feira, 25/11 (aviso com menos de 5).\n"
        "segunda-feira, 23/11: 1\n"
        "terça-feira, 24/11: nenhum\n"
        "quarta-feira, 25/11: nenhum\n"
        "Já vêm:\n"
        "22/11 09:00 Rex (Ana), Banho\n"
        "\n"
        "😴 12 clientes sem vir há mais de 45 dias:\n"
        "Ana (Rex): última visita em 01/09/2026, Banho\n"
        "Caio: última visita em 01/09/2026, Banho\n"
        "Mel: última visita em 01/09/2026, Banho\n"
        "cliente sem nome: última visita em 01/09/2026, Banho\n"
        "… e mais 7.\n"
        "\n"
        "❌ 6 faltas ontem, sábado, 21/11:\n"
        "09:00 Rex (Ana), Banho\n"
        "10:00 cliente sem nome, Banho\n"
        "… e mais 1."
    )
    assert found.message_type is ProactiveType.INACTIVE_CUSTOMERS
    assert AlertsOfDay(day=SUNDAY, few=few, no_shows=missed).message_type is ProactiveType.FEW_BOOKINGS
    assert AlertsOfDay(day=SUNDAY, no_shows=missed).message_type is ProactiveType.NO_SHOWS
    assert AlertsOfDay(day=SUNDAY).message_type is None


def test_a_suggestion_ends_with_its_question() -> None:
    """What a yes is to is the last thing said."""
    text = and_suggestion("Alerta", "📣 Convidar 3 clientes")
    assert text.endswith("📣 Convidar 3 clientes\n\nPosso mandar?")


# Whom.


def test_who_is_told_what() -> None:
    """An owner everything; a manager what the day's work needs, and no figures of the business."""
    assert {one for one in Briefing if is_told(one, OwnerRole.OWNER)} == set(Briefing)
    assert {one for one in Briefing if is_told(one, OwnerRole.MANAGER)} == {
        Briefing.MORNING_AGENDA,
        Briefing.ALERTS,
        Briefing.WAITING,
    }
    assert set(WORTH_TELLING) == set(Briefing)
