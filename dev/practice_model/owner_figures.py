"""Figures as Aurora says them: every one as its tool wrote it, none of them worked out here."""

from collections.abc import Callable, Mapping

from dev.practice_model import owner_tools as tools
from dev.practice_model.owner_facts import Facts

INVITES = 'Quer chamá-los de volta? É só dizer "pode mandar".'

_SPOKEN = {
    "today": "Hoje", "yesterday": "Ontem", "tomorrow": "Amanhã", "this_week": "Esta semana",
    "last_week": "Semana passada", "next_week": "Semana que vem", "this_month": "Este mês", "last_month": "Mês passado",
    "next_month": "Mês que vem", "last_7_days": "Nos últimos 7 dias", "last_30_days": "Nos últimos 30 dias",
    "this_year": "Este ano", "last_year": "Ano passado", "week": "Esta semana", "month": "Este mês",
}  # fmt: skip


def told(tool: str, facts: Facts, *, compared: bool) -> str:
    """The answer to a question; `compared`: the period before was asked for, too."""
    return _TOLD[tool](facts, compared)


def _attendance(facts: Facts, compared: bool) -> str:
    clients, when = facts.number("clients"), _when(facts)
    if clients == 0:
        return _with_more(f"{when} você ainda não atendeu nenhum cliente.", facts, "clients", compared=compared)
    lines = [f"{when} você atendeu {clients} {'cliente' if clients == 1 else 'clientes'}!"]
    lines += [f"- {service.text('label')}" for service in facts.all("services") if service.number("count")]
    if revenue := facts.text("revenue"):
        lines.append(f"Faturamento: {revenue}")
    if compared:
        lines += _comparison(facts, "clients")
    if facts.text("period") != "today":
        lines += facts.texts("notes")
    return "\n".join(lines)


def _revenue(facts: Facts, _compared: bool) -> str:
    lines = [f"{_when(facts)}: {facts.text('done', 'amount')} feitos, de {facts.text('done', 'bookings')}."]
    labels = {
        "expected": "Ainda esperado", "lost_to_no_shows": "Perdido com faltas",
        "lost_to_cancellations": "Perdido com cancelamentos",
    }  # fmt: skip
    for name, label in labels.items():
        bookings = facts.text(name, "bookings")
        if bookings and not bookings.startswith("0 "):
            lines.append(f"- {label}: {facts.text(name, 'amount')} ({bookings})")
    if average := facts.text("average_of_done"):
        lines.append(f"- Média: {average}")
    return "\n".join((*lines, *_comparison(facts, "done", "done_and_expected"), *facts.texts("notes")))


def _top_services(facts: Facts, _compared: bool) -> str:
    services = facts.all("services")
    if not services:
        return _with_more(f"{_when(facts)} ainda não houve nenhum serviço feito.", facts, "bookings", compared=True)
    lines = [f"{_when(facts)}, os mais feitos:"]
    lines += [
        f"{one.text('rank')}. {one.text('service')}: {one.text('bookings')}, {one.text('revenue')}" for one in services
    ]
    return _with_more("\n".join(lines), facts, "bookings", compared=True)


def _occupancy(facts: Facts, _compared: bool) -> str:
    total = facts.text("total", "occupancy")
    if not total:
        return "\n".join((f"{_when(facts)} não há agenda aberta para contar.", *facts.texts("notes")))
    lines = [
        f"{_when(facts)}: {total} da agenda ocupada ({facts.text('total', 'booked')} de {facts.text('total', 'open')})."
    ]
    lines += [
        f"- {one.text('name')}: {one.text('occupancy') or 'sem horários'}" for one in facts.all("by_professional")
    ]
    if busiest := facts.texts("busiest_hours"):
        lines.append(f"Horas mais cheias: {'; '.join(busiest)}")
    if quietest := facts.texts("quietest_hours"):
        lines.append(f"Mais vazias: {'; '.join(quietest)}")
    return _with_more("\n".join(lines), facts, "total", compared=True)


def _customers(facts: Facts, _compared: bool) -> str:
    lines = [f"{_when(facts)}: {facts.text('total')} clientes atendidos.", f"- Novos: {facts.text('new')}"]
    lines.append(f"- Já conheciam a loja: {facts.text('returning')}")
    return _with_more("\n".join(lines), facts, "total", compared=True)


def _inactive(facts: Facts, _compared: bool) -> str:
    total, since = facts.number("total"), f"sem visita há {facts.text('days')} dias ou mais"
    if total == 0:
        return f"Nenhum cliente está {since}."
    lines = [f"{total} {'cliente' if total == 1 else 'clientes'} {since}:"]
    for one in facts.all("customers"):
        pet = f" ({one.text('pet')})" if one.text("pet") else ""
        lines.append(
            f"- {one.text('name')}{pet}: {one.text('service')} em {one.text('last_visit')}, há {one.text('days_ago')}"
        )
    if total > facts.number("listed"):
        lines.append("Estes são os que vieram por último.")
    return "\n".join((*lines, INVITES))


def _no_shows(facts: Facts, _compared: bool) -> str:
    missed, expected = facts.number("no_shows"), facts.text("expected")
    if not missed:
        return _with_more(f"{_when(facts)} ninguém faltou.", facts, "no_shows", compared=True)
    lead = f"{_when(facts)}: {missed} {'falta' if missed == 1 else 'faltas'} de {expected} esperados"
    return _with_more(f"{lead} ({facts.text('rate')}).", facts, "rate", compared=True)


def _agenda(facts: Facts, _compared: bool) -> str:
    entries = facts.all("entries")
    day = facts.text("day")
    if not entries:
        return f"Não há nada na agenda de {day}."
    lines = [f"Agenda de {day}: {facts.text('total')}."]
    lines += [f"- {_entry(entry)}" for entry in entries]
    if facts.number("listed") and not facts.text("total").startswith(f"{facts.number('listed')} "):
        lines.append("Há mais; estes são os primeiros.")
    return "\n".join(lines)


def _entry(entry: Facts) -> str:
    whose = " de ".join(part for part in (entry.text("pet"), entry.text("customer")) if part)
    return f"{entry.text('time')}: {entry.text('service')}, {whose or 'sem nome'}, com {entry.text('professional')}"


def _waiting(facts: Facts, _compared: bool) -> str:
    total = facts.number("total")
    if not total:
        return "Ninguém está esperando por uma pessoa agora."
    lines = [f"{total} {'conversa espera' if total == 1 else 'conversas esperam'} por uma pessoa:"]
    lines += [f"- {one.text('name')}, {one.text('waiting')}: {one.text('reason')}" for one in facts.all("waiting")]
    return "\n".join(lines)


def _assistant(facts: Facts, _compared: bool) -> str:
    lines = [f"{_when(facts)} a assistente cuidou de {facts.text('conversations')} conversas."]
    lines += [
        f"- Resolvidas sozinha: {facts.text('answered_alone')}",
        f"- Passadas a uma pessoa: {facts.text('handed_over')}",
        f"- Horários que clientes marcaram com ela: {facts.text('booked')}",
    ]
    if cost := facts.text("cost"):
        lines.append(f"- Custo: {cost}")
    return _with_more("\n".join(lines), facts, "conversations", compared=True)


def _chart(facts: Facts, _compared: bool) -> str:
    return "\n".join(("Aqui está o gráfico. 📊", *facts.texts("notes")))


def _when(facts: Facts) -> str:
    days = facts.text("days")
    return _SPOKEN.get(facts.text("period")) or (f"De {days}" if " a " in days else f"Em {days}")


def _with_more(text: str, facts: Facts, change: str, *, compared: bool) -> str:
    return "\n".join((text, *(_comparison(facts, change) if compared else ()), *facts.texts("notes")))


def _comparison(facts: Facts, *names: str) -> list[str]:
    changes = (facts.text("change", name) for name in names)
    change = next((said for said in changes if said), None)
    return [f"Comparado com {facts.text('before', 'days')}: {change}."] if change else []


_TOLD: Mapping[str, Callable[[Facts, bool], str]] = {
    tools.ATTENDANCE: _attendance,
    tools.REVENUE: _revenue,
    tools.TOP_SERVICES: _top_services,
    tools.OCCUPANCY: _occupancy,
    tools.CUSTOMERS: _customers,
    tools.INACTIVE: _inactive,
    tools.NO_SHOWS: _no_shows,
    tools.AGENDA: _agenda,
    tools.WAITING: _waiting,
    tools.ASSISTANT: _assistant,
    tools.CHART: _chart,
}
