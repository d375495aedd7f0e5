"""set_briefings: which of Aurora's unasked messages come."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from domain.aurora_rules import AuroraRules, Briefing
from domain.errors import RefusalCode, RequestRefused
from domain.owner_orders import OrderKind
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from storage import bookings, organizations
from storage.organizations import SettingsChange


class SetBriefings(Command):
    """Those that are to be paused, or to come again."""

    briefings: Annotated[tuple[Briefing, ...], Field(min_length=1)]
    paused: bool


async def describe(office: Office, command: SetBriefings) -> str:
    """Exactly which, and what comes all the same; nothing_to_change where all is so already."""
    rules = await _rules(office)
    changed = _changed(rules, command)
    paused = rules.paused | set(changed) if command.paused else rules.paused - set(changed)
    coming = [one for one in Briefing if one not in paused]
    head = f"🔕 Pausar: {in_words(changed)}" if command.paused else f"🔔 Voltar a enviar: {in_words(changed)}"
    if not command.paused:
        return head
    return f"{head}\n{f'Continua: {in_words(coming)}' if coming else 'Nada mais chega sem você perguntar.'}"


async def carry_out(office: Office, command: SetBriefings) -> Done:
    """The schedules follow the row by themselves."""
    await bookings.take_turn(office.tenant, office.shop.id)  # two changes of the rules at once both hold
    rules = await _rules(office)
    changed = _changed(rules, command)
    paused = rules.paused | set(changed) if command.paused else rules.paused - set(changed)
    after = rules.model_copy(update={"paused": paused})
    await organizations.change(office.tenant, office.shop.id, SettingsChange(aurora_rules=after))
    told = "Pausei" if command.paused else "Voltam a chegar"
    return Done(
        told=f"{told}: {in_words(changed)}.",
        subject="mensagens da Aurora",
        before={"paused": [str(one) for one in Briefing if one in rules.paused]},
        after={"paused": [str(one) for one in Briefing if one in paused]},
        undo=TakesBack(OrderKind.SET_BRIEFINGS, SetBriefings(briefings=changed, paused=not command.paused)),
    )


def in_words(briefings: Iterable[Briefing]) -> str:
    """ "resumo do dia, agenda da manhã"."""
    return ", ".join(one.portuguese for one in briefings)


async def _rules(office: Office) -> AuroraRules:
    """As they are now: others may change them while the order waits."""
    return (await organizations.get(office.tenant, office.shop.id)).aurora_rules


def _changed(rules: AuroraRules, command: SetBriefings) -> tuple[Briefing, ...]:
    """Which of the command's are not so already, in their usual order. Raises `RequestRefused` where all are."""
    wanted = set(command.briefings)
    changed = tuple(one for one in Briefing if one in wanted and (one in rules.paused) is not command.paused)
    if not changed:
        state = "já não chegam" if command.paused else "já chegam"
        raise RequestRefused(
            RefusalCode.NOTHING_TO_CHANGE, f"Essas mensagens {state}; nada foi mudado: {in_words(command.briefings)}."
        )
    return changed


SET_BRIEFINGS = Order(kind=OrderKind.SET_BRIEFINGS, command=SetBriefings, describe=describe, carry_out=carry_out)
