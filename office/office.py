"""The office: where the owner's questions are answered and the owner's orders carried out, whoever passes them on."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.ids import ConversationId, OrderId, TurnId
from domain.owners import OwnerNumber
from domain.shop import Organization
from reception.desk import Desk
from storage.database import Connection


@dataclass(frozen=True)
class Office:
    """One shop's office at one moment, in a transaction bound to it, and which owner is asking in which turn.

    `order_id` is set while an order is carried out: what it writes can name it.
    """

    desk: Desk
    owner: OwnerNumber
    conversation_id: ConversationId
    turn_id: TurnId
    order_id: OrderId | None = None

    @property
    def tenant(self) -> Connection:
        """The transaction."""
        return self.desk.tenant

    @property
    def shop(self) -> Organization:
        """The shop and its settings."""
        return self.desk.shop

    @property
    def now(self) -> datetime:
        """The turn's time."""
        return self.desk.now

    @property
    def today(self) -> date:
        """Today in the shop."""
        return self.desk.today

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return self.desk.zone
