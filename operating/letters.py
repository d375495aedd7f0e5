"""Dead letters sent on their way again."""

from enum import StrEnum
from typing import assert_never
from uuid import UUID

from activities.burying import messages_in
from domain.deeds import DeedKind
from domain.events import Malformed
from domain.ids import OrganizationId
from domain.instances import WhatsAppInstance
from operating.deeds import Deed
from operating.refusal import NotInShop, Refused
from operating.second_reading import read_again
from storage import dead_letters, organizations
from storage.database import Connection, Database
from storage.dead_letters import DeadLetter, DeadLetterSource
from storage.instances import Instances
from webhooks.intake import Intake
from workflows.ids import key_in


class AlreadyRedriven(Refused):
    """Somebody sent the letter on its way before."""


class Redriven(StrEnum):
    """What became of a letter."""

    ON_ITS_WAY = "on_its_way"
    STILL_UNREADABLE = "still_unreadable"


async def redrive(
    database: Database,
    instances: Instances,
    intake: Intake,
    shop: OrganizationId,
    deed: Deed,
    letter_id: UUID,
    *,
    again: bool = False,
) -> Redriven:
    """Hand the letter's messages to Temporal once more, then note that it was done.

    Whoever was answered meanwhile is not answered twice: each message is known by its provider's id. Two operators at
    once take turns on the letter's row. Raises `Refused` when the shop has no such letter, or it was redriven before
    and not `again`.
    """
    async with database.tenant(shop) as tenant:
        found = await dead_letters.get(tenant, letter_id)
        if found is None:
            raise NotInShop(f"a loja não tem a carta {letter_id}")
        letter, was_redriven = found
        if was_redriven and not again:
            raise AlreadyRedriven("essa carta já foi reenviada")
        outcome = await _send(tenant, instances, intake, letter)
        if outcome is Redriven.ON_ITS_WAY:
            await dead_letters.mark_redriven(tenant, letter.id)
            await deed.note(tenant, shop, DeedKind.REDRIVE, str(letter.id))
    return outcome


async def letters_waiting(database: Database, shop: OrganizationId) -> list[UUID]:
    """The letters that were not redriven yet, oldest first, so that a customer's messages keep their order."""
    async with database.tenant(shop) as tenant:
        return [row["id"] for row in reversed(await dead_letters.listed(tenant))]


async def _send(tenant: Connection, instances: Instances, intake: Intake, letter: DeadLetter) -> Redriven:
    instance = await _instance(tenant, instances, letter)
    match letter.source:
        case DeadLetterSource.MESSAGE_WORKFLOW:
            key = key_in(letter.workflow_id or "")
            if key is None:
                raise Refused("a carta não diz de que conversa é")
            await intake.redrive(instance, key, messages_in(letter.payload))
        case DeadLetterSource.WEBHOOK:
            events = read_again(instance, letter.payload, letter.created_at)
            # Nothing of it is taken in then: intake would write to the very letter that is locked here.
            if any(isinstance(event, Malformed) for event in events):
                return Redriven.STILL_UNREADABLE
            await intake.take(instance, events)
        case _:
            assert_never(letter.source)
    return Redriven.ON_ITS_WAY


async def _instance(tenant: Connection, instances: Instances, letter: DeadLetter) -> WhatsAppInstance:
    instance = await instances.get(tenant, letter.instance_id)
    settle = await organizations.settle_seconds(tenant, instance.organization_id)
    return instance.model_copy(update={"settle_seconds": settle})
