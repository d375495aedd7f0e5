"""Which channel speaks to which provider."""

from typing import assert_never

import httpx

from channels.bridge import BridgeChannel
from channels.cloud import CloudChannel
from channels.evolution import EvolutionChannel
from channels.exchange import TIMEOUT
from channels.port import Channel
from domain.instances import InstanceKind


class Channels:
    """The channel of every kind of WhatsApp instance."""

    def __init__(self, *, evolution: Channel, bridge: Channel, cloud: Channel) -> None:
        self._evolution = evolution
        self._bridge = bridge
        self._cloud = cloud

    def of(self, kind: InstanceKind) -> Channel:
        """The channel that serves instances of `kind`."""
        match kind:
            case InstanceKind.EVOLUTION:
                return self._evolution
            case InstanceKind.BAILEYS | InstanceKind.PRACTICE:
                return self._bridge
            case InstanceKind.CLOUD:
                return self._cloud
            case _:
                assert_never(kind)


def channels(client: httpx.AsyncClient, *, timeout: httpx.Timeout = TIMEOUT) -> Channels:
    """Every channel, over one HTTP client; close the client after the last send."""
    return Channels(
        evolution=EvolutionChannel(client, timeout=timeout),
        bridge=BridgeChannel(client, timeout=timeout),
        cloud=CloudChannel(client, timeout=timeout),
    )
