"""The practice phone: a stand-in for WhatsApp that speaks as a Baileys bridge, with a page to chat by hand."""

from dev.practice_phone.client import PhoneClient
from dev.practice_phone.deliveries import Backoff
from dev.practice_phone.records import Author, Connection, Delivery, Direction, Kind, Preset, Role, UpsertType
from dev.practice_phone.running import running_practice_phone
from dev.practice_phone.views import InstanceView, MessageView

__all__ = [
    "Author",
    "Backoff",
    "Connection",
    "Delivery",
    "Direction",
    "InstanceView",
    "Kind",
    "MessageView",
    "PhoneClient",
    "Preset",
    "Role",
    "UpsertType",
    "running_practice_phone",
]
