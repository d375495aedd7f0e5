"""What the shop sells by time: how long it takes and what it costs, by the pet's size and coat."""

from decimal import Decimal
from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import ServiceId
from domain.money import reais
from domain.shop import Coat, Pet, Size


class Trait(StrEnum):
    """What has to be known of a pet before a service has a duration and a price."""

    SIZE = "size"
    COAT = "coat"

    @property
    def portuguese(self) -> str:
        """As the assistant asks for it."""
        return "porte (pequeno, médio, grande ou gigante)" if self is Trait.SIZE else "pelo (curto, médio ou longo)"


class Quote(Frozen):
    """A duration, and a price in reais."""

    minutes: int
    price: Decimal


class Variant(Frozen):
    """The quote for pets of a size, of a coat, or of both; None stands for any."""

    size: Size | None = None
    coat: Coat | None = None
    minutes: int
    price: Decimal

    def fits(self, size: Size | None, coat: Coat | None) -> bool:
        """Whether it is for pets of that size and coat."""
        return self.size in (None, size) and self.coat in (None, coat)

    def in_words(self) -> str:
        """ "porte grande, pelo longo: R$ 90,00, 90 min"."""
        whose = [f"porte {self.size.portuguese}"] if self.size else []
        whose += [f"pelo {self.coat.portuguese}"] if self.coat else []
        return f"{', '.join(whose)}: {reais(self.price)}, {self.minutes} min"


class Service(Frozen):
    """Something the shop sells by time.

    `duration_minutes` and `price` hold for pets that no variant fits. `preparation_minutes` are the professional's
    own, right before the start. `needs_first` is a service the pet must have had, or have booked to end before.
    """

    id: ServiceId
    name: str
    category: str
    duration_minutes: int
    price: Decimal
    preparation_minutes: int = 0
    needs_first: ServiceId | None = None
    variants: tuple[Variant, ...] = ()

    def unknown_traits(self, pet: Pet) -> tuple[Trait, ...]:
        """What has to be asked about the pet before `quote` can be relied on."""
        needed = []
        if pet.size is None and any(v.size is not None and v.coat in (None, pet.coat) for v in self.variants):
            needed.append(Trait.SIZE)
        if pet.coat is None and any(v.coat is not None and v.size in (None, pet.size) for v in self.variants):
            needed.append(Trait.COAT)
        return tuple(needed)

    def quote(self, pet: Pet) -> Quote:
        """The quote of the variant that names most of the pet's traits (its size before its coat), else the plain one.

        A trait that is not known fits no variant that names it.
        """
        fitting = [v for v in self.variants if v.fits(pet.size, pet.coat)]
        if not fitting:
            return Quote(minutes=self.duration_minutes, price=self.price)
        best = max(fitting, key=lambda v: (v.size is not None) * 2 + (v.coat is not None))
        return Quote(minutes=best.minutes, price=best.price)

    def longest(self) -> int:
        """Minutes enough for any pet: what is looked for while the pet is not known."""
        return max((self.duration_minutes, *(v.minutes for v in self.variants)))

    def prices(self) -> tuple[Decimal, ...]:
        """Every price it has, smallest first."""
        return tuple(sorted({self.price, *(v.price for v in self.variants)}))
