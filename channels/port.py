"""What the engine asks of a channel, whoever the provider is."""

from datetime import datetime
from typing import Protocol

from domain.frozen import Frozen
from domain.instances import WhatsAppInstance


class OutboundText(Frozen):
    """One text for one address. `reference` is ours, unique for the message, and stable over retries."""

    to: str
    text: str
    reference: str


class OutboundImage(Frozen):
    """One picture with its caption for one address; `reference` as in `OutboundText`."""

    to: str
    image: bytes
    mimetype: str
    caption: str
    reference: str


Outbound = OutboundText | OutboundImage


class Channel(Protocol):
    """One provider. Every method raises only `domain.errors.ChannelError`s; clients never retry, Temporal does."""

    async def send_text(self, instance: WhatsAppInstance, message: OutboundText) -> str:
        """Send `message`; the provider's id of it.

        Raises `ChannelDisconnected`, `ChannelUnavailable`, `SendOutcomeUnknown` or `ChannelRefused`.
        """
        ...

    async def send_image(self, instance: WhatsAppInstance, message: OutboundImage) -> str:
        """Send `message`; the provider's id of it. Raises as `send_text` does."""
        ...

    async def find_sent(self, instance: WhatsAppInstance, message: Outbound, since: datetime) -> str | None:
        """The provider's id of `message` if the provider knows it was sent after `since`; None when it does not say.

        Asked before a send of unknown outcome is repeated. Raises as `send_text` does.
        """
        ...
