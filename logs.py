"""Logs: one JSON object a line on stdout, in the seeds' fields, without phone numbers or message bodies unless asked
    for.

`level` is a number as in the seeds (30 info, 40 warning, 50 error), `time` is milliseconds, `msg` begins with its tag.
"""

import logging
import re
import sys
import time

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity
from temporalio.exceptions import TemporalError

from domain.addresses import masked
from domain.errors import AuZapError

_LEVELS = {"debug": 20, "info": 30, "warning": 40, "error": 50, "critical": 60}
_PHONES = ("from", "to")
_BODIES = ("messageContent",)
_SENTENCES = ("msg", "error", "cause", "problem", "detail", "exception")
"""Fields that may quote a phone number in passing."""
_LONG_NUMBER = re.compile(r"(?<![0-9a-f])\d{10,}(?![0-9a-f])")  # not inside a hexadecimal id
_SPEAK_OF_CODE = (
    AuZapError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    TemporalError,
    TypeError,
)
"""Exceptions whose text never quotes what a customer wrote; those of Postgres, pydantic or JSON do."""


def configure(*, level: str, bodies: bool, phones: bool) -> None:
    """Send everything that is logged, ours and the libraries', to stdout as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _with_activity,
        _as_in_the_seeds,
        *([] if phones else [_without_phones]),
        *([] if bodies else [_without_bodies]),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(_FROM_TEMPORAL), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info if bodies else _exception_without_bodies,
                *([] if phones else [_without_phones_in_sentences]),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in (
        "httpx",
        "httpcore",
        "httpx2",
        "httpcore2",
        "openai",
        "uvicorn.access",
    ):  # they log addresses and bodies
        logging.getLogger(noisy).setLevel(logging.WARNING)


_FROM_TEMPORAL = ("claim", "round", "temporal_workflow")


def _with_activity(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Which workflow and activity a line belongs to."""
    in_workflow = event.pop("temporal_workflow", None)
    if isinstance(in_workflow, dict):
        event["workflowId"], event["runId"] = in_workflow.get("workflow_id"), in_workflow.get("run_id")
    if activity.in_activity():
        info = activity.info()
        event.setdefault("workflowId", info.workflow_id)
        event.setdefault("runId", info.workflow_run_id)
        event.setdefault("activity", info.activity_type)
        event.setdefault("activityId", info.activity_id)
        event.setdefault("attempt", info.attempt)
    return event


def _as_in_the_seeds(_logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    level = str(event.pop("level", name))
    msg = event.pop("event")
    return {"level": _LEVELS.get(level, 30), "time": time.time_ns() // 1_000_000, **event, "msg": msg}


def _without_phones(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for key in _PHONES:
        if key in event:
            event[key] = masked(str(event[key]))
    return event


def _without_phones_in_sentences(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for key in _SENTENCES:
        if key in event:
            event[key] = _LONG_NUMBER.sub(lambda number: masked(number[0]), str(event[key]))
    return event


def _exception_without_bodies(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The traceback, but of exceptions that may quote a message only the type: a database error quotes the row."""
    info = event.get("exc_info")
    error = info if isinstance(info, BaseException) else (info if isinstance(info, tuple) else sys.exc_info())[1]
    event = structlog.processors.format_exc_info(logger, name, event)
    seen: set[int] = set()
    while error is not None and "exception" in event and id(error) not in seen:
        seen.add(id(error))
        if (said := str(error)) and not isinstance(error, _SPEAK_OF_CODE):
            named = type(error).__qualname__
            event["exception"] = str(event["exception"]).replace(f"{named}: {said}", f"{named}: {_facts(error)}")
        error = error.__cause__ or error.__context__
    return event


def _facts(error: BaseException) -> str:
    """What Postgres says of an error beside the row: its code, and what it is about."""
    facts = [getattr(error, name, None) for name in ("sqlstate", "table_name", "column_name", "constraint_name")]
    return f"({', '.join(map(str, filter(None, facts))) or 'left out'})"


def _without_bodies(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for key in _BODIES:
        event.pop(key, None)
    return event
