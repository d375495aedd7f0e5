"""Who looks at a page: an operator with a session, and the shop they work for."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain.ids import OrganizationId
from domain.operators import Operator
from domain.shop import Organization


@dataclass(frozen=True)
class SignedIn:
    """A request's operator. `csrf` is what their forms have to bring back."""

    operator: Operator
    shop: Organization
    csrf: str

    @property
    def organization_id(self) -> OrganizationId:
        """The one shop of which they see anything."""
        return self.operator.organization_id

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone: every time is shown in it."""
        return self.shop.zone
