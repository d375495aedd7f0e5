"""Runs pytest and exits with pytest's own verdict: `python -m dev.run_tests [pytest's arguments]`.

An interpreter that used the Temporal SDK may abort (code 134) in its own clean-up, after all tests passed.
"""

from __future__ import annotations

import os
import sys

import pytest

if __name__ == "__main__":
    verdict = int(pytest.main(sys.argv[1:]))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(verdict)
