"""Runs pytest and exits with pytest's own verdict: `python -m dev.run_tests [pytest's arguments]`.

The Temporal server is found, or built, before: that may take minutes, and pytest would hide its progress. An
interpreter that used the Temporal SDK may abort (code 134) in its own clean-up, after all tests passed.
"""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from dev.temporal_binary import find_temporal
from dev.terminal import DevError, Terminal


def main() -> int:
    """Pytest's verdict, or 1 when there is no Temporal to test with."""
    terminal = Terminal()
    try:
        asyncio.run(find_temporal(terminal))
    except DevError as problem:
        terminal.say(str(problem))
        return 1
    finally:
        terminal.clear()
    return int(pytest.main(sys.argv[1:]))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
