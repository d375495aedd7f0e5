"""A customer's question on its way to the shop's people, and their answer on its way back."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from activities.heartbeats import heartbeats
from activities.model_calls import ModelCall, recorded
from assistants.model import ChatModel
from assistants.team import model_name
from assistants.writing import answer_to_write
from domain.alerts import AlertKind
from domain.bookings import ChangedBy
from domain.conversation import AgentType, ConversationStatus, HandoffReason
from domain.frozen import Frozen
from domain.handoff_words import with_note
from domain.ids import ConversationId, InstanceId, LetterId, OrganizationId, QuestionId, TurnId
from domain.letters import LetterPurpose, ProactiveType
from domain.replies import NOT_ANSWERED, question_to_owner
from domain.shop_answers import in_good_words
from office.handoff_deadlines import staffed_note
from reception.desk import Desk
from storage import alerts, conversations, interactions, letters, organizations, owners, proactive, shop_questions
from storage.database import Connection, Database
from storage.shop_questions import QuestionStatus, ShopQuestion

_log = structlog.get_logger()
_NEWS_FOR = timedelta(days=1)
"""How long an answer is worth sending, should the shop's number be away."""
_LETTERS = uuid5(NAMESPACE_URL, "https://auzap/questions")


class QuestionRef(Frozen):
    """Which question; `now` is the workflow's time."""

    organization_id: OrganizationId
    id: QuestionId
    now: AwareDatetime


class QuestionLook(Frozen):
    """How a question stands: whether its customer was told, or has a person to talk to."""

    status: QuestionStatus
    answer_by: AwareDatetime
    is_told: bool
    has_person: bool


class DeliverAnswer(Frozen):
    """The answer, in the words the model found for it; "" when it found none."""

    question: QuestionRef
    composed: str = ""


class Lapsed(Frozen):
    """The conversation that a person has from now on."""

    conversation_id: ConversationId
    conversation_key: str
    instance_id: InstanceId
    settle_seconds: float


class Questions:
    """Activities of `QuestionWorkflow`. The row is the truth: each looks at it again before it does anything."""

    def __init__(self, database: Database, model: ChatModel) -> None:
        self._database = database
        self._model = model

    @activity.defn
    async def look_at_question(self, ref: QuestionRef) -> QuestionLook | None:
        """How it stands; None when it is no more. Reads only."""
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            question = await shop_questions.find(tenant, ref.id)
            if question is None:
                return None
            return QuestionLook(
                status=question.status,
                answer_by=question.answer_by,
                is_told=await letters.find(tenant, _letter_of(question)) is not None,
                has_person=await _is_with_person(tenant, question.conversation_id),
            )

    @activity.defn
    async def ask_owners(self, ref: QuestionRef) -> None:
        """Write to every active owner and manager, unless another customer's same question has reached them.

        Idempotent by the question's fingerprint: a second run finds what the first wrote.
        """
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            question = await shop_questions.find(tenant, ref.id)
            if question is None or question.status is not QuestionStatus.ASKED or question.asked_as is not None:
                return
            told = [
                await proactive.write(
                    tenant,
                    ref.organization_id,
                    owner.id,
                    message_type=ProactiveType.QUESTION,
                    content=question_to_owner(question.question, question.customer),
                    fingerprint=_fingerprint(ref),
                    scheduled_for=ref.now,
                    expires_at=question.answer_by,
                )
                for owner in await owners.listed(tenant)
            ]
        if any(told):
            _log.info("[WORKER] Shop asked", organizationId=str(ref.organization_id), owners=len(told))

    @activity.defn
    async def compose_answer(self, ref: QuestionRef) -> str:
        """The model's words for the shop's answer; "" when there is no answer to tell.

        Idempotent by the letter's id, under which the call is recorded: a second run finds its words and does not ask.
        """
        async with engine_errors(), heartbeats():
            async with self._database.tenant(ref.organization_id) as tenant:
                question = await shop_questions.find(tenant, ref.id)
                if question is None or question.answer is None:
                    return ""
                turn_id = TurnId(_letter_of(question))
                made = await interactions.find_answer(tenant, turn_id, 1)
                if made is not None:
                    return made.text
                shop = await organizations.get(tenant, ref.organization_id)
            answer = await recorded(
                self._database,
                self._model,
                ModelCall(ref.organization_id, question.conversation_id, turn_id, AgentType.CLIENT_AI),
                model=model_name(AgentType.CLIENT_AI, shop.ai_config),
                messages=answer_to_write(shop, question.question, question.answer),
            )
            return answer.text

    @activity.defn
    async def deliver_answer(self, order: DeliverAnswer) -> None:
        """Write the letter to the customer, unless a person has the conversation; owners are not asked any more.

        Idempotent by the letter's id, which is the question's.
        """
        ref = order.question
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            question = await shop_questions.find(tenant, ref.id, for_change=True)
            if question is None or question.status is not QuestionStatus.ANSWERED or question.answer is None:
                return
            await _ask_no_more(tenant, ref)
            if await _is_with_person(tenant, question.conversation_id):
                return
            await letters.write(
                tenant,
                ref.organization_id,
                question.contact_id,
                purpose=LetterPurpose.ANSWER,
                content=in_good_words(order.composed, question.answer),
                expires_at=ref.now + _NEWS_FOR,
                letter_id=_letter_of(question),
            )

    @activity.defn
    async def lapse_question(self, ref: QuestionRef) -> Lapsed | None:
        """Nobody answered in time: a person gets the conversation, and the customer and the operators are told so.

        None when somebody answered meanwhile. Idempotent: a second run finds it lapsed and changes nothing.
        """
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            await shop_questions.take_turn(tenant, ref.organization_id)
            question = await shop_questions.find(tenant, ref.id, for_change=True)
            if question is None or question.status is QuestionStatus.ANSWERED:
                return None
            if await shop_questions.lapse(tenant, ref.id):
                await self._hand_over(tenant, ref, question)
            key = await conversations.key_by_id(tenant, question.conversation_id)
            reach = await conversations.reach(tenant, question.contact_id, question.conversation_id)
            if key is None or reach is None or not await _is_with_person(tenant, question.conversation_id):
                return None
            return Lapsed(
                conversation_id=question.conversation_id,
                conversation_key=key,
                instance_id=reach.instance_id,
                settle_seconds=await organizations.settle_seconds(tenant, ref.organization_id),
            )

    @activity.defn
    async def is_with_person(self, ref: QuestionRef) -> bool:
        """Whether a person still has the conversation. Reads only."""
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            question = await shop_questions.find(tenant, ref.id)
            return question is not None and await _is_with_person(tenant, question.conversation_id)

    async def _hand_over(self, tenant: Connection, ref: QuestionRef, question: ShopQuestion) -> None:
        await _ask_no_more(tenant, ref)
        had_person = await _is_with_person(tenant, question.conversation_id)
        detail = f"A loja não respondeu: “{question.question}”"
        await conversations.hand_over(tenant, question.conversation_id, HandoffReason.NOT_ANSWERED, detail)
        await alerts.raise_alert(
            tenant,
            ref.organization_id,
            kind=AlertKind.of(HandoffReason.NOT_ANSWERED),
            detail=detail,
            fingerprint=_fingerprint(ref),
            conversation_id=question.conversation_id,
        )
        _log.error(
            "[WORKER] Conversation handed to a person",
            organizationId=str(ref.organization_id),
            conversationId=str(question.conversation_id),
            reason=HandoffReason.NOT_ANSWERED,
        )
        if not had_person:
            shop = await organizations.get(tenant, ref.organization_id)
            desk = Desk(tenant, shop, ref.now, ChangedBy.CUSTOMER)
            await letters.write(
                tenant,
                ref.organization_id,
                question.contact_id,
                purpose=LetterPurpose.QUESTION_LAPSED,
                content=with_note(NOT_ANSWERED, await staffed_note(desk)),
                expires_at=ref.now + _NEWS_FOR,
                letter_id=_letter_of(question),
            )


async def _is_with_person(tenant: Connection, conversation_id: ConversationId) -> bool:
    return (await conversations.get(tenant, conversation_id)).status is ConversationStatus.WAITING_HUMAN


async def _ask_no_more(tenant: Connection, ref: QuestionRef) -> None:
    """What no owner has been sent yet is not sent; others are asked in vain no more."""
    for owner in await owners.listed(tenant):
        await proactive.cancel(tenant, owner.id, _fingerprint(ref))


def _fingerprint(ref: QuestionRef) -> str:
    return f"question/{ref.id}"


def _letter_of(question: ShopQuestion) -> LetterId:
    """The one letter that a question's customer gets: the answer, or the word that none came."""
    return LetterId(uuid5(_LETTERS, str(question.id)))
