"""The Temporal worker process: reads settings, builds pools, clients and activity objects, runs until told to stop."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import httpx
import structlog
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

import process
import temporal
from activities.booking_life import BookingLife
from activities.briefing import Briefings
from activities.burying import Burying
from activities.campaigns import Campaigns
from activities.handing_over import HandingOver
from activities.letters import Letters
from activities.opening import Opening
from activities.questions import Questions
from activities.remembering import Remembering
from activities.sending import Sending
from activities.serving import Serving
from activities.summarising import Summarising
from activities.thinking import Thinking
from activities.waiting_list import WaitingList
from activities.watching import Watching
from assistants.model import ChatModel
from channels.registry import Channels, channels
from operating.waking import Waking
from pictures.drawing import Drawing
from settings import Settings
from storage.database import Database
from storage.instances import Instances
from storage.secrets import Keyring
from workflows.booking import BookingWorkflow
from workflows.briefing import BriefingWorkflow
from workflows.campaign import CampaignWorkflow
from workflows.handoff import HandoffWorkflow
from workflows.ids import TASK_QUEUE
from workflows.letter import LetterWorkflow
from workflows.message import MessageWorkflow
from workflows.question import QuestionWorkflow
from workflows.summaries import Summaries
from workflows.waiting_list import WaitingListWorkflow

_log = structlog.get_logger()

_CACHED = 70
"""Executions kept in memory between their steps: more than are ever under way at once; what waits for hours is read
again from its history when something happens to it."""

WORKFLOWS = (
    MessageWorkflow,
    HandoffWorkflow,
    BookingWorkflow,
    WaitingListWorkflow,
    LetterWorkflow,
    CampaignWorkflow,
    QuestionWorkflow,
    BriefingWorkflow,
)


def activities_of(
    database: Database,
    instances: Instances,
    to_whatsapp: Channels,
    model: ChatModel,
    drawing: Drawing | None = None,
) -> Sequence[Callable[..., Any]]:  # Any: activities differ in what they take
    """Every activity, on objects that hold what it needs."""
    thinking, sending, handing_over = (
        Thinking(database, model),
        Sending(database, instances, to_whatsapp, drawing),
        HandingOver(database),
    )
    booking, waiting, letters = (
        BookingLife(database, sending),
        WaitingList(database, sending),
        Letters(database, sending),
    )
    campaigns = Campaigns(database)
    questions = Questions(database, model)
    serving = Serving(database)
    return (
        Opening(database).open_turn,
        thinking.ask_model,
        thinking.run_tool,
        sending.send_reply,
        sending.give_up_reply,
        handing_over.hand_over,
        handing_over.record_while_waiting,
        handing_over.record_phone_message,
        handing_over.resume_ai,
        serving.begin_handoff,
        serving.plan_waiting,
        serving.note_standing,
        serving.write_reply,
        serving.write_note,
        serving.carry_out_deadline,
        Burying(database).bury,
        booking.look_at_booking,
        booking.take_booking_step,
        booking.notify_of_booking,
        booking.drop_notice,
        waiting.plan_waiting_list,
        waiting.send_waiting_offer,
        letters.look_at_letter,
        letters.send_letter,
        letters.give_up_letter,
        questions.look_at_question,
        questions.ask_owners,
        questions.compose_answer,
        questions.deliver_answer,
        questions.lapse_question,
        questions.is_with_person,
        Remembering(database, model).remember,
        Summarising(database, model).summarise_handoff,
        campaigns.next_invitation,
        campaigns.finish_campaign,
        Briefings(database).tell_owners,
    )


def worker_for(
    client: Client,
    activities: Sequence[Callable[..., Any]],
    *,
    database: Database,
    slots: int = 200,
    task_queue: str = TASK_QUEUE,
    sandboxed: bool = True,
) -> Worker:
    """A worker on our task queue. Everything shares one queue, so that the server can start activities eagerly.

    The sandbox finds workflow code that would not replay, at a third of a worker's CPU: tests run in it, production
    does without.
    """
    return Worker(
        client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=list(activities),
        interceptors=[Watching(database), Summaries()],
        max_concurrent_activities=slots,
        max_concurrent_local_activities=slots,
        max_cached_workflows=_CACHED,
        graceful_shutdown_timeout=timedelta(seconds=30),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        workflow_runner=SandboxedWorkflowRunner() if sandboxed else UnsandboxedWorkflowRunner(),
    )


async def run(config: Settings) -> None:
    """Work until SIGTERM or SIGINT; then finish what is under way."""
    database = await Database.connect_patiently(config.database_url.get_secret_value(), max_size=config.database_pool)
    model = ChatModel.connect(
        api_key=config.openai_api_key,
        base_url=str(config.openai_base_url) if config.openai_base_url else None,
        timeout_seconds=config.openai_timeout_seconds,
        max_output_tokens=config.openai_max_output_tokens,
    )
    async with httpx.AsyncClient() as http:
        client = await temporal.connect_patiently(metrics_address=config.auzap_metrics_address)
        activities = activities_of(database, Instances(Keyring(config.keys)), channels(http), model)
        # From here on a signal finishes what is under way; before, there is nothing, and it just ends the process.
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with worker_for(
            client,
            activities,
            database=database,
            slots=config.auzap_model_slots,
            task_queue=config.auzap_task_queue,
            sandboxed=False,
        ):
            waking = asyncio.create_task(
                Waking(database, client, task_queue=config.auzap_task_queue).run(config.database_url.get_secret_value())
            )
            tidying = asyncio.create_task(process.tidy())
            _log.info("[WORKER] Message processor worker started", taskQueue=config.auzap_task_queue)
            await stop.wait()
            waking.cancel()
            tidying.cancel()
            _log.info("[WORKER] Stopping, finishing what is under way")
    await model.close()
    await database.close()


if __name__ == "__main__":
    process.run(run)
