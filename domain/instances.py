"""A shop's WhatsApp number and how its provider is reached."""

from enum import StrEnum

from pydantic import SecretStr

from domain.events import ConnectionState
from domain.frozen import Frozen
from domain.ids import InstanceId, OrganizationId


class InstanceKind(StrEnum):
    """The provider behind a WhatsApp number."""

    EVOLUTION = "evolution"
    BAILEYS = "baileys"
    CLOUD = "cloud"
    PRACTICE = "practice"


class WhatsAppInstance(Frozen):
    """One WhatsApp number of one shop. Holds secrets: never log it, never pass it through Temporal.

    `webhook_key` is the opaque last part of its webhook address. `external_id` is the provider's name for it
    (Evolution's instance name, the Cloud API's phone_number_id, the bridge's instance id). `api_token` is what we
    present to the provider; `webhook_token` what the provider presents to us: a token, or for the Cloud API the verify
    token; `app_secret` signs the Cloud API's webhooks.
    """

    id: InstanceId
    organization_id: OrganizationId
    kind: InstanceKind
    webhook_key: str
    external_id: str
    base_url: str
    api_token: SecretStr
    webhook_token: SecretStr
    app_secret: SecretStr = SecretStr("")
    connection_state: ConnectionState = ConnectionState.OPEN
    settle_seconds: float = 0.6
    is_active: bool = True
