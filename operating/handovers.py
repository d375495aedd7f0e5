"""Conversations that people have: given back to the AI, or kept from it."""

import asyncio
from contextlib import suppress
from enum import StrEnum

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.deeds import note_deed
from domain.conversation import ConversationStatus, HandledAs
from domain.deeds import DeedKind
from domain.ids import ConversationId, OrganizationId
from operating.deeds import Deed, Facts
from operating.refusal import NotInShop, Refused
from storage import conversations, inbound
from storage.database import Database
from workflows import contracts
from workflows.contracts import Release, Resolve
from workflows.ids import conversation_workflow_id

_PATIENCE = 10.0
_LOOK_EVERY = 0.1


class Released(StrEnum):
    """What became of a release."""

    DONE = "done"
    ORDERED = "ordered"
    """Temporal has the order; no worker has carried it out yet."""
    UNATTENDED = "unattended"
    """No execution kept the conversation any more (it failed, or was ended by hand): only the row was mended."""


async def release(
    database: Database,
    temporal: Client,
    shop: OrganizationId,
    conversation_id: ConversationId,
    order: Release,
    *,
    patience: float = _PATIENCE,
) -> Released:
    """Give the conversation back to the AI, which then answers what nobody did, or settle it (`Resolve`); waits up to
    `patience` seconds for it.

    Raises `Refused` when there is no such conversation, no person has it, or the reply that announces the hand-over is
    still on its way.
    """
    key = await _key_of_waiting(database, shop, conversation_id)
    handle = temporal.get_workflow_handle(conversation_workflow_id(key))
    resolved = isinstance(order, Resolve)
    signal = contracts.RESOLVE if resolved else contracts.RELEASE
    try:
        now = await handle.describe()
        if now.status is WorkflowExecutionStatus.RUNNING and now.workflow_type == contracts.MESSAGE_WORKFLOW:
            raise Refused("o aviso ao cliente ainda não saiu; tente de novo quando o número da loja estiver conectado")
        await handle.signal(signal, order)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        async with database.tenant(shop) as tenant:
            by = order.by
            if order.deed_id is not None:
                kind = DeedKind.RESOLVE if resolved else DeedKind.RELEASE
                who = await note_deed(tenant, shop, conversation_id, kind, order.deed_id, operator_id=order.operator_id)
                by = who.name if who else by
            if resolved:
                await inbound.mark_all_handled(tenant, conversation_id, HandledAs.HUMAN)
            await conversations.resume(tenant, conversation_id, by=by, resolved=resolved)
        with suppress(RPCError):  # one that began in between (a question that lapsed) is to know it, too
            await handle.signal(signal, order)
        return Released.UNATTENDED
    try:
        async with asyncio.timeout(patience):
            while await _is_waiting(database, shop, conversation_id):
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        return Released.ORDERED
    return Released.DONE


async def let_ai_answer(
    database: Database, shop: OrganizationId, conversation_id: ConversationId, enabled: bool, *, deed: Deed
) -> None:
    """Switch the AI on or off in one conversation, once a form. Raises `Refused` when the shop has none such."""
    subject = f"conversation/{conversation_id}"
    before: Facts = {"enabled": not enabled}
    after: Facts = {"enabled": enabled}
    async with database.tenant(shop) as tenant:
        if await deed.was_done(tenant, DeedKind.SET_CUSTOMER_AI, subject, after=after):
            return
        if not await conversations.set_ai_enabled(tenant, conversation_id, enabled):
            raise NotInShop(f"a loja não tem a conversa {conversation_id}")
        await deed.note(tenant, shop, DeedKind.SET_CUSTOMER_AI, subject, before=before, after=after)


async def _key_of_waiting(database: Database, shop: OrganizationId, conversation_id: ConversationId) -> str:
    async with database.tenant(shop) as tenant:
        key = await conversations.key_by_id(tenant, conversation_id)
        if key is None:
            raise NotInShop(f"a loja não tem a conversa {conversation_id}")
        if (await conversations.get(tenant, conversation_id)).status is not ConversationStatus.WAITING_HUMAN:
            raise Refused("essa conversa já está com a IA")
    return key


async def _is_waiting(database: Database, shop: OrganizationId, conversation_id: ConversationId) -> bool:
    async with database.tenant(shop) as tenant:
        conversation = await conversations.get(tenant, conversation_id)
    return conversation.status is ConversationStatus.WAITING_HUMAN
