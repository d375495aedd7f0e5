"""A process of ours, from its settings to its exit code."""

import os
import sys
from collections.abc import Callable, Coroutine
from typing import NoReturn

import uvloop

import logs
import settings
from domain.errors import Misconfigured
from settings import Settings


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
