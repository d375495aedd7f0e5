"""The shop: its settings, what it sells, whose pets it knows."""

from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from domain.agenda_rules import AgendaRules
from domain.aurora_rules import AuroraRules
from domain.dates import age_in_words
from domain.frozen import Frozen
from domain.handoffs import HandoffRules
from domain.ids import OrganizationId, PetId
from domain.opening import OpeningHours


class AiConfig(Frozen):
    """An organisation's `ai_config`: which models answer, and what the shop wants its customers to know."""

    model: str = "gpt-4o-mini"
    aurora_model: str = "gpt-4o"
    about: str = Field(default="", max_length=4_000, description="address, payment, rules: told to the model as it is")


class Organization(Frozen):
    """A shop and its settings, as the engine needs them in a turn."""

    id: OrganizationId
    name: str
    timezone: str
    ai_enabled: bool
    ai_config: AiConfig
    opening_hours: OpeningHours
    agenda_rules: AgendaRules = AgendaRules()
    aurora_rules: AuroraRules = AuroraRules()
    handoff_rules: HandoffRules = HandoffRules()
    late_after_minutes: int
    answer_limit_hours: int
    outbound_limit_hours: int
    loop_limit: int
    loop_window_minutes: int
    phone_quiet_minutes: int
    has_learned: bool = False
    """Whether the shop has answered a question that Client AI could not."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError) as error:  # OSError: the name of a directory, "America"
            raise ValueError(f"{value} is no time zone") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)


class Species(StrEnum):
    """What animal a pet is."""

    DOG = "dog"
    CAT = "cat"
    BIRD = "bird"
    RABBIT = "rabbit"
    OTHER = "other"

    @property
    def portuguese(self) -> str:
        """The word a customer would use."""
        return _SPECIES_IN_PORTUGUESE[self]


_SPECIES_IN_PORTUGUESE = {
    Species.DOG: "cachorro",
    Species.CAT: "gato",
    Species.BIRD: "ave",
    Species.RABBIT: "coelho",
    Species.OTHER: "outro",
}


class Size(StrEnum):
    """How big a pet is: what duration and price of many services go by."""

    PEQUENO = "pequeno"
    MEDIO = "medio"
    GRANDE = "grande"
    GIGANTE = "gigante"

    @property
    def portuguese(self) -> str:
        """As a customer reads it."""
        return "médio" if self is Size.MEDIO else self.value


class Coat(StrEnum):
    """How long a pet's coat is."""

    CURTO = "curto"
    MEDIO = "medio"
    LONGO = "longo"

    @property
    def portuguese(self) -> str:
        """As a customer reads it."""
        return "médio" if self is Coat.MEDIO else self.value


class Pet(Frozen):
    """A customer's pet."""

    id: PetId
    name: str
    species: Species
    breed: str | None
    birth_date: date | None
    size: Size | None = None
    coat: Coat | None = None

    def described(self, today: date) -> str:
        """ "Rex (cachorro, Golden Retriever, 3 anos)"."""
        traits = [self.species.portuguese]
        if self.breed:
            traits.append(self.breed)
        if self.birth_date:
            traits.append(age_in_words(self.birth_date, today))
        if self.size:
            traits.append(f"porte {self.size.portuguese}")
        if self.coat:
            traits.append(f"pelo {self.coat.portuguese}")
        return f"{self.name} ({', '.join(traits)})"
