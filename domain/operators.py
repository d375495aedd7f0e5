"""Operators: the people of a shop who work in its console."""

from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import OperatorId, OrganizationId


class OperatorRole(StrEnum):
    """What an operator may do: attendants serve customers; admins also manage operators, rules and other people's
    conversations."""

    ATTENDANT = "attendant"
    ADMIN = "admin"

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return "administrador" if self is OperatorRole.ADMIN else "atendente"


class Operator(Frozen):
    """A row of `operators`, without the password."""

    id: OperatorId
    organization_id: OrganizationId
    email: str
    name: str
    role: OperatorRole
    is_active: bool = True

    @property
    def is_admin(self) -> bool:
        """Whether the whole shop is theirs to manage."""
        return self.role is OperatorRole.ADMIN
