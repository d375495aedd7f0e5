"""A process of ours, from its settings to its exit code, and the memory it keeps."""

import asyncio
import ctypes
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from typing import NoReturn

import uvloop

import logs
import settings
from domain.errors import Misconfigured
from settings import Settings

_TIDIED_EVERY = 20.0


def run(work: Callable[[Settings], Coroutine[None, None, None]]) -> NoReturn:
    """Read the settings, set up the log, work, and exit: 0 when the work ended, 2 when a setting is wrong.

    An interpreter that used the Temporal SDK may abort while it is torn down; nothing is left to do by then, so the
    process ends without it.
    """
    code = 0
    try:
        config = settings.load()
        logs.configure(level=config.auzap_log_level, bodies=config.auzap_log_bodies, phones=config.auzap_log_phones)
        uvloop.run(work(config))
    except Misconfigured as problem:
        sys.stderr.write(f"{problem}\n")
        code = 2
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


async def tidy(*, every: float = _TIDIED_EVERY) -> None:
    """Give memory that is free back to the system, every so many seconds, until cancelled.

    An execution that leaves a worker's cache leaves cycles of objects behind, for which Python looks ever more rarely
    as a process grows, and glibc keeps what is freed in the middle of its heap: without this a worker that had seen ten
    thousand hand-overs stayed at 1.4 times its size at rest. What was loaded before is not looked at again.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    gc.collect()
    gc.freeze()
    while True:
        await asyncio.sleep(every)
        gc.collect()
        if trim is not None:
            await asyncio.to_thread(trim, 0)
