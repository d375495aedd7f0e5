"""LetterWorkflow: something is to be said that answers nothing; it is sent as soon as the shop's number is online.

written with its cause ─▶ wake ─▶ send ─▶ end
                                   │ held, or the provider is away: tried again until the letter is too old
"""

import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.letters import LetterFate, LetterRef, Letters


@workflow.defn(name=contracts.LETTER_WORKFLOW)
class LetterWorkflow:
    """Sends one letter, once."""

    @workflow.init
    def __init__(self, ref: LetterRef) -> None:
        self._ref = ref
        self._changed = False
        self._tries = 0

    @workflow.signal(name=contracts.ROW_CHANGED, description="The letter's row changed")
    def row_changed(self) -> None:
        """Look again."""
        self._changed = True

    @workflow.run
    async def run(self, ref: LetterRef) -> None:
        """Try until it is sent, not wanted any more, or too old."""
        while True:
            self._changed = False
            workflow.set_current_details("Enviando a mensagem")
            until = await self._worth_sending_until()
            if until is None:
                if self._changed:
                    continue
                workflow.set_current_details("Enviada, ou já não era para enviar")
                return
            if until <= workflow.now() or await self._failed_for_good(until):
                await self._give_up()
                continue
            await self._wait(until)
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)

    async def _worth_sending_until(self) -> datetime | None:
        return await workflow.execute_local_activity_method(Letters.look_at_letter, self._ref, **policies.DATABASE_STEP)

    async def _failed_for_good(self, until: datetime) -> bool:
        """Try to send it for a while; whether no other try would help."""
        try:
            fate = await policies.until_too_late(
                workflow.execute_activity_method(
                    Letters.send_letter,
                    self._ref,
                    start_to_close_timeout=policies.SEND_TIMEOUT,
                    heartbeat_timeout=policies.HEARTBEAT,
                    schedule_to_close_timeout=min(until - workflow.now(), policies.NOTICE_TRY),
                    retry_policy=policies.SEND_RETRY,
                    summary="enviar a mensagem",
                )
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.exception("a letter failed for good")
            return True
        if fate is LetterFate.OVER:
            self._changed = True  # its row is looked at once more at once, and says so
        return False

    async def _wait(self, until: datetime) -> None:
        if self._changed:
            return
        self._tries += 1
        pause = min(policies.HELD_POLL * self._tries, policies.HELD_POLL_LONGEST)
        workflow.set_current_details("Esperando o número da loja, ou o provedor, voltar")
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._changed,
                timeout=max(min(pause, until - workflow.now()), timedelta()),
                timeout_summary="esperando o número da loja voltar",
            )

    async def _give_up(self) -> None:
        workflow.set_current_details("Passou do prazo: não será enviada")
        await workflow.execute_local_activity_method(Letters.give_up_letter, self._ref, **policies.DATABASE_STEP)
