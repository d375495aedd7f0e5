"""The rules of a shop's agenda, of Aurora's unasked messages, and of hand-overs, changed one by one."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from domain.agenda_rules import AgendaRules
from domain.aurora_rules import AuroraRules
from domain.deeds import DeedKind
from domain.frozen import Frozen
from domain.handoffs import HandoffRules
from domain.ids import OrganizationId
from operating.deeds import Deed, differing
from operating.refusal import Mistyped
from storage import bookings, organizations
from storage.database import Database
from storage.organizations import SettingsChange

IN_WORDS: Mapping[str, str] = {
    "slot_minutes": "minutos entre os horários oferecidos",
    "minimum_notice_minutes": "antecedência mínima, em minutos",
    "days_ahead": "dias à frente que se agenda",
    "state": "estado dos feriados",
    "opens_on_holidays": "abre nos feriados",
    "hold_minutes": "minutos que um horário oferecido fica guardado",
    "offers_at_once": "horários oferecidos por vez",
    "confirm_hours_before": "horas antes em que se pede confirmação (0: não pede)",
    "remind_minutes_before": "minutos antes em que se lembra (0: não lembra)",
    "follow_up_hours_after": "horas depois em que se pergunta como foi (0: não pergunta)",
    "close_after_minutes": "minutos depois do fim em que se fecha sozinho",
    "unattended": "o que vira, se ninguém disser nada",
    "waiting_list_minutes": "minutos para responder na lista de espera",
}

AURORA_IN_WORDS: Mapping[str, str] = {
    "paused": "pausados",
    "daily_summary_at": "hora do resumo do dia",
    "morning_agenda_at": "hora da agenda da manhã",
    "weekly_review_at": "hora do balanço da semana",
    "weekly_review_day": "dia do balanço (0: segunda-feira)",
    "alerts_at": "hora dos alertas",
    "few_bookings": "avisa com menos agendamentos que isto",
    "few_bookings_days": "nos próximos dias",
    "inactive_after_days": "dias sem vir para um cliente estar sumido",
    "many_inactive": "avisa com mais sumidos que isto",
    "many_no_shows": "avisa com mais faltas num dia que isto",
    "question_minutes": "minutos para responder a pergunta de um cliente",
    "invitation_pace_minutes": "minutos entre dois convites",
}

HANDOFF_IN_WORDS: Mapping[str, str] = {
    "first_answer_minutes": "minutos abertos até lembrar a equipe de quem espera",
    "escalate_minutes": "minutos abertos até avisar a dona ou o dono",
    "tell_customer_minutes": "minutos abertos até avisar o cliente da demora",
    "idle_minutes": "minutos sem ninguém escrever até voltar à IA",
    "phone_quiet_minutes": "minutos de silêncio no celular da loja até voltar à IA",
}

R = TypeVar("R", bound=Frozen)


async def change_rules(
    database: Database, shop: OrganizationId, deed: Deed, changes: Mapping[str, object]
) -> AgendaRules:
    """Set the fields of `AgendaRules` that `changes` names, leave the rest; the rules as they are then.

    Raises `Mistyped` for a value that a rule cannot have.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)  # two changes at once both hold
        rules = (await organizations.get(tenant, shop)).agenda_rules
        changed = _changed(rules, changes, IN_WORDS)
        await organizations.change(tenant, shop, SettingsChange(agenda_rules=changed))
        was, is_now = differing(rules.model_dump(mode="json"), changed.model_dump(mode="json"))
        await deed.note(tenant, shop, DeedKind.CHANGE_AGENDA_RULES, "regras da agenda", before=was, after=is_now)
    return changed


async def change_aurora_rules(
    database: Database, shop: OrganizationId, deed: Deed, changes: Mapping[str, object]
) -> AuroraRules:
    """Set the fields of `AuroraRules` that `changes` names, leave the rest; the rules as they are then.

    Her schedules follow by themselves. Raises `Mistyped` for a value that a rule cannot have.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        rules = (await organizations.get(tenant, shop)).aurora_rules
        changed = _changed(rules, changes, AURORA_IN_WORDS)
        await organizations.change(tenant, shop, SettingsChange(aurora_rules=changed))
        was, is_now = differing(rules.model_dump(mode="json"), changed.model_dump(mode="json"))
        await deed.note(tenant, shop, DeedKind.CHANGE_AURORA_RULES, "regras da Aurora", before=was, after=is_now)
    return changed


async def change_handoff_rules(
    database: Database, shop: OrganizationId, deed: Deed, changes: Mapping[str, object], phone_quiet_minutes: int | None
) -> tuple[HandoffRules, int]:
    """Set the fields of `HandoffRules` that `changes` names, and the quiet time of the shop's phone; all as it is then.

    For who waits already, the times that were planned stay. Raises `Mistyped` for a value that a rule cannot have.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        now = await organizations.get(tenant, shop)
        changed = _changed(now.handoff_rules, changes, HANDOFF_IN_WORDS)
        settings = SettingsChange(handoff_rules=changed, phone_quiet_minutes=phone_quiet_minutes)
        await organizations.change(tenant, shop, settings)
        quiet = now.phone_quiet_minutes if phone_quiet_minutes is None else phone_quiet_minutes
        was, is_now = differing(
            {**now.handoff_rules.model_dump(mode="json"), "phone_quiet_minutes": now.phone_quiet_minutes},
            {**changed.model_dump(mode="json"), "phone_quiet_minutes": quiet},
        )
        await deed.note(tenant, shop, DeedKind.CHANGE_HANDOFF_RULES, "prazos de espera", before=was, after=is_now)
    return changed, quiet


def _changed(rules: R, changes: Mapping[str, object], words: Mapping[str, str]) -> R:
    try:
        return type(rules).model_validate({**rules.model_dump(), **changes})
    except ValidationError as error:
        raise Mistyped(_problem(error, words)) from error


def _problem(error: ValidationError, words: Mapping[str, str]) -> str:
    first = error.errors(include_url=False)[0]
    limits = first.get("ctx", {})
    said = (
        f"o menor valor é {limits['ge']}"
        if "ge" in limits
        else f"o maior valor é {limits['le']}"
        if "le" in limits
        else "esse valor não serve"
    )
    return f"{words[str(first['loc'][0])]}: {said}"
