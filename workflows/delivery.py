"""Getting a reply out: at once, or when the shop's number is back, or never, and then somebody knows."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.sending import GiveUpReply, Sending, SendOutcome, SendReply
    from workflows import policies


class Delivery:
    """Sends replies, one at a time; holds them durably while the shop's number is offline."""

    def __init__(self) -> None:
        self._connected = False

    def number_is_back(self) -> None:
        """Wake a held reply."""
        self._connected = True

    async def deliver(self, order: SendReply, *, within: timedelta, taken_over: Callable[[], bool]) -> None:
        """Send the reply; past `within` it is marked failed and shown to the operators instead.

        A held reply is dropped when a person answered meanwhile (`taken_over`): it would talk over the person.
        """
        end = workflow.now() + within
        while (left := end - workflow.now()) > timedelta():
            self._connected = False
            outcome = await policies.until_too_late(
                workflow.execute_activity_method(
                    Sending.send_reply,
                    order,
                    start_to_close_timeout=policies.SEND_TIMEOUT,
                    heartbeat_timeout=policies.HEARTBEAT,
                    schedule_to_close_timeout=left,
                    retry_policy=policies.SEND_RETRY,
                    summary="enviar a resposta",
                )
            )
            if outcome is None:
                break
            if outcome is not SendOutcome.HELD:
                return
            workflow.set_current_details(f"Número da loja desconectado: resposta guardada até {end:%d/%m %H:%M} UTC")
            await self._number_or_next_try(end, taken_over)
            if taken_over():
                break
        await workflow.execute_local_activity_method(
            Sending.give_up_reply,
            GiveUpReply(
                organization_id=order.organization_id,
                conversation_id=order.conversation_id,
                turn_id=order.turn_id,
                answers=order.answers,
                person_answered=taken_over(),
            ),
            **policies.DATABASE_STEP,
        )

    async def _number_or_next_try(self, end: datetime, taken_over: Callable[[], bool]) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._connected or taken_over(),
                timeout=max(min(policies.HELD_POLL, end - workflow.now()), timedelta()),
                timeout_summary="esperando o número da loja voltar",
            )
        except TimeoutError:
            return
