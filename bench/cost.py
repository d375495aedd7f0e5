"""What the stack's processes cost: CPU and memory, by part."""

import os
from collections.abc import Mapping

import psutil

from bench.figures import MEGABYTE


class Meter:
    """Reads the processes of a stack, each with its children; `bench` is this process itself."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._parts = {part: psutil.Process(pid) for part, pid in pids.items()}
        self._parts["bench"] = psutil.Process(os.getpid())

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time since each process began."""
        return {part: sum(_spent(p) for p in self._family(part)) for part in self._parts}

    def megabytes(self) -> dict[str, float]:
        """Resident memory; for Postgres, whose processes share most of theirs, a sum that counts it often."""
        return {part: round(sum(_resident(p) for p in self._family(part)) / MEGABYTE, 1) for part in self._parts}

    def _family(self, part: str) -> list[psutil.Process]:
        process = self._parts[part]
        # The stack's processes are this one's children: they are not its cost.
        return [process] if part == "bench" else [process, *process.children(recursive=True)]


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds between two readings."""
    return {part: after[part] - before[part] for part in before}


def _spent(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
