"""Runs the practice model: as a process of its own, or inside a test's event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn

from dev.practice_model.calls import Calls
from dev.practice_model.faults import Faults
from dev.practice_model.server import PracticeModel

_PATIENCE = 5  # seconds that requests in flight get when the server stops


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A practice model that answers; `base_url` is what the `openai` client wants (…/v1)."""

    base_url: str
    faults: Faults
    calls: Calls

    @property
    def root_url(self) -> str:
        """The address of `/health` and `/practice`."""
        return self.base_url.removesuffix("/v1")


class _Server(uvicorn.Server):
    """Ends what waits on purpose (the `timeout` fault) when it stops, as uvicorn would wait for it."""

    def __init__(self, config: uvicorn.Config, model: PracticeModel) -> None:
        super().__init__(config)
        self._model = model

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._model.closing.set()
        await super().shutdown(sockets)


class _GuestServer(_Server):
    """Lives in somebody else's process, whose signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(model: PracticeModel, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        model.app(),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_PATIENCE,
    )


async def serve(host: str, port: int, *, instant: bool = False) -> None:
    """Serves until the process is told to stop; `instant` answers everything at once, without rules."""
    model = PracticeModel(instant=instant)
    await _Server(_config(model, host, port), model).serve()


@asynccontextmanager
async def running_practice_model(*, instant: bool = False) -> AsyncIterator[RunningModel]:
    """Runs a practice model of its own on a free port in this event loop, and stops it at the end."""
    model = PracticeModel(instant=instant)
    server = _GuestServer(_config(model, "127.0.0.1", 0), model)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the practice model did not start")
            await asyncio.sleep(0.005)
        # asyncio binds the port itself: of a socket handed to it, connections lack TCP_NODELAY, which costs 40 ms each.
        port = server.servers[0].sockets[0].getsockname()[1]
        yield RunningModel(f"http://127.0.0.1:{port}/v1", model.faults, model.calls)
    finally:
        server.should_exit = True
        await task
