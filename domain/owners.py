"""Who runs a shop: the numbers that Aurora answers, and what each may order."""

from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import OwnerNumberId


class OwnerRole(StrEnum):
    """What an owner number may order."""

    OWNER = "owner"
    MANAGER = "manager"

    @property
    def portuguese(self) -> str:
        """As owners and operators read it."""
        return "dono ou dona" if self is OwnerRole.OWNER else "gerente"


class OwnerNumber(Frozen):
    """A row of `aurora_owner_numbers`; `phone` is canonical."""

    id: OwnerNumberId
    phone: str
    name: str | None
    role: OwnerRole

    @property
    def called(self) -> str:
        """What the audit log calls them: a name, else the role; never the phone."""
        return self.name or self.role.portuguese
