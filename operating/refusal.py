"""What an operator asked for and cannot have."""

from domain.errors import AuZapError


class Refused(AuZapError):
    """It cannot be done, or there is no such thing; the text is one Portuguese line for the operator."""


class Mistyped(Refused):
    """What the operator wrote is not of the form it has to be; the text says which form that is."""


class NotInShop(Refused):
    """The id is of nothing in this shop: of another shop's, or of nothing at all, and nobody is told which."""
