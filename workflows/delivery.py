"""Getting a reply out: at once, or when the shop's number is back, or never, and then somebody knows."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from activities.opening import TurnOpening
    from activities.sending import GiveUpReply, Sending, SendOutcome, SendReply
    from domain.ids import OrganizationId, TurnId
    from workflows import policies


class Delivery:
    """Sends replies, one at a time; holds them durably while the shop's number is offline."""

    def __init__(self) -> None:
        self._connected = False

    def number_is_back(self) -> None:
        """Wake a held reply."""
        self._connected = True

    async def deliver(
        self,
        order: SendReply,
        *,
        within: timedelta,
        taken_over: Callable[[], bool],
        answered: Callable[[], bool],
        skipped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Send the reply; past `within` it is marked failed and shown to the operators instead.

        A reply that is held, or fails again and again, is dropped when a person came meanwhile (`taken_over`), over
        whom it would talk, or when an operator dropped it (`skipped`). Whether what it answers is done with: not where
        that person has not `answered` it.
        """
        end = workflow.now() + within
        while (left := end - workflow.now()) > timedelta():
            self._connected = False
            outcome = await policies.until_too_late(self._send(order, left, lambda: taken_over() or skipped()))
            if outcome is None:
                break
            if outcome is not SendOutcome.HELD:
                return True
            workflow.set_current_details(f"Número da loja desconectado: resposta guardada até {end:%d/%m %H:%M} UTC")
            await self._number_or_next_try(end, lambda: taken_over() or skipped())
            if taken_over() or skipped():
                break
        for_person = taken_over()
        is_done = answered() or not for_person
        await workflow.execute_local_activity_method(
            Sending.give_up_reply,
            GiveUpReply(
                organization_id=order.organization_id,
                conversation_id=order.conversation_id,
                turn_id=order.turn_id,
                answers=order.answers if is_done else (),
                person_answered=for_person,
                skipped=skipped(),
            ),
            **policies.DATABASE_STEP,
        )
        return is_done

    async def _send(self, order: SendReply, left: timedelta, dropped: Callable[[], bool]) -> SendOutcome | None:
        """Try until it is sent or held; None when it is dropped. A send that is under way gets a moment to end."""
        sending = workflow.start_activity_method(
            Sending.send_reply,
            order,
            start_to_close_timeout=policies.SEND_TIMEOUT,
            heartbeat_timeout=policies.HEARTBEAT,
            schedule_to_close_timeout=left,
            retry_policy=policies.SEND_RETRY,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary="enviar a resposta",
        )
        await workflow.wait_condition(lambda: sending.done() or dropped())
        if not sending.done():
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    sending.done, timeout=policies.LAST_MOMENT, timeout_summary="um último instante para o envio"
                )
            sending.cancel()
        try:
            return await sending
        except ActivityError as error:
            if dropped() and is_cancelled_exception(error):
                return None
            raise

    async def _number_or_next_try(self, end: datetime, taken_over: Callable[[], bool]) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._connected or taken_over(),
                timeout=max(min(policies.HELD_POLL, end - workflow.now()), timedelta()),
                timeout_summary="esperando o número da loja voltar",
            )
        except TimeoutError:
            return


async def drop(organization_id: OrganizationId, turn_id: TurnId, opening: TurnOpening) -> None:
    """Nothing of the turn is sent, and its messages are not asked about again: an operator wanted it so."""
    await workflow.execute_local_activity_method(
        Sending.give_up_reply,
        GiveUpReply(
            organization_id=organization_id,
            conversation_id=opening.conversation_id,
            turn_id=turn_id,
            answers=opening.message_ids,
            skipped=True,
        ),
        **policies.DATABASE_STEP,
    )
