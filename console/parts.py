"""What the console's pages work with, built once by the gateway."""

from dataclasses import dataclass

from temporalio.client import Client

from operating.attending import Attending
from storage.database import Database
from storage.instances import Instances
from webhooks.intake import Intake


@dataclass(frozen=True)
class Parts:
    """Handed to every page's `routes(parts)`. `temporal_ui` is where the Temporal Web UI is, as operators reach it."""

    database: Database
    temporal: Client
    attending: Attending
    instances: Instances
    intake: Intake
    temporal_ui: str | None = None
