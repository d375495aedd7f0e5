"""The server of a process that has open consoles."""

import socket

import uvicorn

from console.live import Live


class Server(uvicorn.Server):
    """As uvicorn's own, but told to stop it ends the streams of open pages first: no page ever ends one itself, and
    the server would wait for them as long as it waits for anything."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is being answered, and stop."""
        self._live.end()
        await super().shutdown(sockets)
