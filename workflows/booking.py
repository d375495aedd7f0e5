"""BookingWorkflow: one booking's whole life; its row is the truth, this keeps the time.

    held slots ─▶ scheduled ─▶ asked to confirm ─▶ reminded ─▶ in progress ─▶ completed or no-show ─▶ one follow-up
         └─▶ come free            (whenever the row changes: look again, and every timer is another)

It begins with the row, by the wake that the row's own transaction wrote (operating.waking), and ends when nothing is
left to come.
"""

import contextlib
from datetime import UTC, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.booking_life import BookingLife, BookingStep, BookingView, LookAtBooking, NotifyOutcome
    from domain.booking_life import NextStep, Step
    from workflows.contracts import BookingStart
    from workflows.search_attributes import AUZAP_DUE_AT, AUZAP_STATE


@workflow.defn(name=contracts.BOOKING_WORKFLOW)
class BookingWorkflow:
    """Does each step of a booking's life when its time has come."""

    @workflow.init
    def __init__(self, start: BookingStart) -> None:
        self._start = start
        self._changed = False
        self._view = BookingView(next=None, state="")
        self._shown = self._view

    @workflow.signal(name=contracts.ROW_CHANGED, description="The booking's row, or what it holds, has changed")
    def row_changed(self) -> None:
        """Look again."""
        self._changed = True

    @workflow.query(name="next_step", description="What comes next in this booking's life, and when")
    def next_step(self) -> str:
        """One line of codes, without personal data."""
        step = self._view.next
        if step is None:
            return f"{self._view.state}: nada mais a fazer"
        what = f"{step.step}{f' ({step.notice})' if step.notice else ''}"
        return f"{self._view.state}: {what} em {step.due.astimezone(UTC):%d/%m %H:%M} UTC"

    @workflow.run
    async def run(self, start: BookingStart) -> None:
        """Step by step until the life is over."""
        while True:
            self._changed = False
            try:
                if await self._go_on():
                    return
            except FailureError as error:  # a local activity fails with its own error
                if is_cancelled_exception(error):
                    raise
                workflow.logger.exception("a step of a booking failed for good")
                await self._wait_a_while(policies.MENDING_POLL, "um passo falhou; nova tentativa")
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(start)

    async def _go_on(self) -> bool:
        """Look, and do the next step when it is due or wait for it; whether nothing is left to come."""
        self._view = await self._look()
        step = self._view.next
        self._show(step)
        for overtaken in self._view.overtaken:
            await self._drop(overtaken)
        if step is None:
            return not self._changed
        if step.due <= workflow.now() or await self._wait(step):
            await self._take(step)
        return False

    async def _look(self) -> BookingView:
        return await workflow.execute_local_activity_method(
            BookingLife.look_at_booking,
            LookAtBooking(
                organization_id=self._start.organization_id,
                booking_id=self._start.booking_id,
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )

    async def _wait(self, step: NextStep) -> bool:
        """Until the step is due; False when the row changed before."""
        try:
            await workflow.wait_condition(
                lambda: self._changed,
                timeout=step.due - workflow.now(),
                timeout_summary=step.portuguese,
            )
        except TimeoutError:
            return True
        return False

    async def _take(self, step: NextStep) -> None:
        if step.step is Step.NOTIFY:
            await self._notify(step)
            return
        await workflow.execute_local_activity_method(
            BookingLife.take_booking_step, self._order(step), **policies.DATABASE_STEP
        )

    async def _notify(self, step: NextStep) -> None:
        """Send the notice; hold it while the shop's number is offline: the next look says whether it is still due."""
        assert step.until is not None, "a notice has an end"
        left = step.until - workflow.now()
        outcome, is_last = None, left <= policies.NOTICE_TRY
        if left > timedelta():
            try:
                outcome = await policies.until_too_late(
                    workflow.execute_activity_method(
                        BookingLife.notify_of_booking,
                        self._order(step),
                        start_to_close_timeout=policies.SEND_TIMEOUT,
                        heartbeat_timeout=policies.HEARTBEAT,
                        schedule_to_close_timeout=min(left, policies.NOTICE_TRY),
                        retry_policy=policies.SEND_RETRY,
                        summary=f"avisar o cliente: {step.notice}",
                    )
                )
            except ActivityError as error:  # a notice that cannot be sent does not end the booking's life
                if is_cancelled_exception(error):
                    raise
                workflow.logger.exception("notice failed for good", extra={"notice": str(step.notice)})
                is_last = True
        if outcome is None and is_last:
            await self._drop(step)
        elif outcome is not NotifyOutcome.DONE:
            workflow.set_current_details("Número da loja desconectado: aviso guardado")
            await self._wait_a_while(min(policies.HELD_POLL, left), "esperando o número da loja voltar")

    async def _drop(self, step: NextStep) -> None:
        await workflow.execute_local_activity_method(
            BookingLife.drop_notice, self._order(step), **policies.DATABASE_STEP
        )

    def _order(self, step: NextStep) -> BookingStep:
        return BookingStep(
            organization_id=self._start.organization_id,
            booking_id=self._start.booking_id,
            step=step,
            now=workflow.now(),
        )

    async def _wait_a_while(self, duration: timedelta, what_for: str) -> None:
        """That long, or until the row changes."""
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._changed, timeout=duration, timeout_summary=what_for)

    def _show(self, step: NextStep | None) -> None:
        workflow.set_current_details(
            f"{self._view.in_words()}; a seguir: {step.portuguese}, {step.due.astimezone(UTC):%d/%m %H:%M} UTC"
            if step
            else f"{self._view.in_words()}; nada mais a fazer"
        )
        if self._view == self._shown:  # a notice that is held is looked at every minute
            return
        self._shown = self._view
        workflow.upsert_search_attributes(
            [
                AUZAP_STATE.value_set(self._view.state),
                AUZAP_DUE_AT.value_set(step.due) if step else AUZAP_DUE_AT.value_unset(),
            ]
        )
