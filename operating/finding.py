"""Where a message went: its conversation, and the executions that took it in, by the id its provider gave it."""

from temporalio.client import Client

from domain.addresses import message_key
from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId
from operating.refusal import NotInShop
from storage import inbound
from storage.database import Database
from storage.instances import Instances
from workflows.ids import conversation_workflow_id
from workflows.search_attributes import AUZAP_MESSAGES

_MOST_RUNS = 20


class FoundRun(Frozen):
    """An execution that a message began."""

    workflow_id: str
    run_id: str
    status: str


class FoundMessage(Frozen):
    """`conversation_id` is None while the message is not stored; `runs` are those it began: one that joined an
    execution that was there already began none. `keys` are its opaque names in Temporal, one for each number of the
    shop."""

    conversation_id: ConversationId | None
    workflow_id: str
    keys: tuple[str, ...]
    runs: tuple[FoundRun, ...]


async def find_message(
    database: Database,
    instances: Instances,
    temporal: Client,
    id_secret: bytes,
    shop: OrganizationId,
    provider_message_id: str,
) -> FoundMessage:
    """The message, in a shop's rows and in Temporal. Raises `NotInShop` when neither has it."""
    async with database.tenant(shop) as tenant:
        numbers = await instances.all(tenant)
        row = await inbound.conversation_of(tenant, provider_message_id)
    keys = tuple(message_key(id_secret, number.id, provider_message_id) for number in numbers)
    runs = [
        FoundRun(workflow_id=one.id, run_id=one.run_id, status=one.status.name if one.status else "")
        for key in keys
        async for one in temporal.list_workflows(f"{AUZAP_MESSAGES.name} = '{key}'", limit=_MOST_RUNS)
    ]
    if row is None and not runs:
        raise NotInShop("a loja não tem essa mensagem")
    workflow_id = conversation_workflow_id(row.key) if row else runs[0].workflow_id
    return FoundMessage(
        conversation_id=row.conversation_id if row else None, workflow_id=workflow_id, keys=keys, runs=tuple(runs)
    )
