"""The state directory of a stack."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from dev.state import StateDir, shell_exports
from dev.terminal import DevError


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """A state directory that exists."""
    made = StateDir(tmp_path / "state")
    made.create()
    return made


@pytest.mark.parametrize("value", ["plain", "a'b", '$HOME `id` \\ "x"', "two\nlines", "", "ç ü 🐶"])
def test_a_shell_reads_back_what_was_written(state: StateDir, value: str) -> None:
    """A sourced value arrives byte for byte, and nothing in it is run."""
    state.write_env({"VALUE": value, "AFTER": "still here"})

    script = '. "$1" && printf %s/%s "$VALUE" "$AFTER"'
    shell = subprocess.run(["sh", "-c", script, "sh", str(state.env_file)], capture_output=True, check=True)

    assert shell.stdout.decode() == f"{value}/still here"


def test_the_export_lines_are_plain() -> None:
    """The file has the form that people and `make worker` expect."""
    assert shell_exports({"A": "1"}) == "export A='1'\n"


def test_secrets_are_kept_and_private(state: StateDir) -> None:
    """A secret is made once, stays the same, and is readable by its owner only; so is the env file."""
    first = state.secret("key", lambda: "made first")
    state.write_env({"KEY": first})

    assert state.secret("key", lambda: "made again") == "made first"
    for file in (state.path / "secrets" / "key", state.env_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_stack_is_refused_and_told_who_is_up(state: StateDir) -> None:
    """While one holds the directory another one gets a clear error; afterwards it is free."""
    already = rf"Já há um AuZap rodando .*processo {os.getpid()}"
    with state.lock(), pytest.raises(DevError, match=already), state.lock():
        pass

    with state.lock():
        pass
