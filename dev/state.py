"""The state directory of a stack: its lock, its secrets, and the files by which other processes find it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dev.terminal import DevError


def shell_exports(values: Mapping[str, str]) -> str:
    """Lines that a POSIX shell sources; each value arrives there exactly as it is."""
    return "".join(f"export {key}='" + value.replace("'", "'\\''") + "'\n" for key, value in values.items())


class StateDir:
    """A directory such as `.dev`; files with secrets are readable by their owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.env_file = self.path / "env"
        self.pids_file = self.path / "pids.json"

    def create(self) -> None:
        # Other users may pass through but not list: as root, Postgres runs as another user.
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o711)
        self.logs.mkdir(mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory for one stack; a second one is told who has it."""
        with (self.path / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise DevError(
                    f"Já há um AuZap rodando em {self.path} (processo {file.read().strip() or 'desconhecido'}).\n"
                    "Encerre-o com Ctrl-C no terminal dele e tente de novo."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """A secret made once and kept."""
        path = self.path / "secrets" / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            self._write_private(path, make())
        return path.read_text()

    def write_env(self, values: Mapping[str, str]) -> None:
        self._write_private(self.env_file, shell_exports(values))

    def write_pids(self, pids: Mapping[str, int]) -> None:
        self._write_private(self.pids_file, json.dumps(pids, indent=2) + "\n")

    def forget_addresses(self) -> None:
        """Nothing runs any more: leave no file behind that says where."""
        self.env_file.unlink(missing_ok=True)
        self.pids_file.unlink(missing_ok=True)

    def _write_private(self, path: Path, text: str) -> None:
        # mkstemp makes the file 0600; the rename makes it appear whole or not at all.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(name, path)
