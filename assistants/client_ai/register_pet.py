"""register_pet: a customer's pet becomes known to the shop."""

from pydantic import Field, field_validator

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.dates import birth_date_from_age
from domain.errors import RefusalCode, RequestRefused
from domain.shop import Coat, Size, Species
from domain.texts import cleaned, folded
from storage import pets

_OLDEST = 60.0
"""Years; parrots and tortoises get there, nothing that a pet shop sees gets beyond."""


class RegisterPet(Arguments):
    """What the customer told about the pet."""

    name: str = Field(min_length=1, max_length=60, description="Nome do pet")
    species: Species = Field(
        description="Espécie: dog (cachorro), cat (gato), bird (ave), rabbit (coelho), other (outro)"
    )
    breed: str | None = Field(default=None, max_length=80, description="Raça, se o cliente disse")
    age: float | None = Field(default=None, ge=0, description="Idade em anos, se o cliente disse; 0.5 são seis meses")

    size: Size | None = Field(default=None, description="Porte, se o cliente disse")
    coat: Coat | None = Field(default=None, description="Pelo, se o cliente disse")

    @field_validator("name", "breed")
    @classmethod
    def _clean(cls, value: str | None) -> str | None:
        return cleaned(value) if value is not None else None


def check_age(age: float | None) -> None:
    """Raises `RequestRefused` for an age that no pet has, in years."""
    if age is not None and age > _OLDEST:
        raise RequestRefused(
            RefusalCode.BAD_ARGUMENTS, f"{age:g} anos não é uma idade possível; confirme com o cliente.", field="age"
        )


async def register(turn: Turn, wanted: RegisterPet) -> Answer:
    """Register the pet; a name the customer's pets have already is that pet, completed with what is new."""
    if not folded(wanted.name):
        raise RequestRefused(RefusalCode.INCOMPLETE_PET, "Falta o nome do pet. Pergunte ao cliente.")
    check_age(wanted.age)
    pet = await pets.register(
        turn.tenant,
        turn.organization.id,
        turn.contact_id,
        name=wanted.name,
        species=wanted.species,
        breed=wanted.breed or None,
        approximate_birth_date=birth_date_from_age(wanted.age, turn.today) if wanted.age is not None else None,
        size=wanted.size,
        coat=wanted.coat,
    )
    return Answer({"pet": pet.described(turn.today)})


REGISTER_PET = Tool(
    name="register_pet",
    description="Cadastra um pet do cliente. Use quando souber pelo menos o nome e a espécie.",
    arguments=RegisterPet,
    run=register,
)
