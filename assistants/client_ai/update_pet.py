"""update_pet: what the customer says of a pet that the shop knows already."""

from pydantic import Field, field_validator

from assistants.client_ai.agenda import pet_named
from assistants.client_ai.register_pet import check_age
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.dates import birth_date_from_age
from domain.errors import RefusalCode, RequestRefused
from domain.shop import Coat, Size, Species
from domain.texts import cleaned, folded
from storage import pets


class UpdatePet(Arguments):
    """Which pet, and what is new of it."""

    pet_name: str = Field(min_length=1, max_length=60, description="Nome do pet, como está cadastrado")
    new_name: str | None = Field(default=None, max_length=60, description="Novo nome, se o cliente corrigiu")
    species: Species | None = Field(default=None, description="Espécie, se o cliente corrigiu")
    breed: str | None = Field(default=None, max_length=80, description="Raça")
    age: float | None = Field(default=None, ge=0, description="Idade em anos; 0.5 são seis meses")
    size: Size | None = Field(default=None, description="Porte: pequeno, medio, grande ou gigante")
    coat: Coat | None = Field(default=None, description="Pelo: curto, medio ou longo")

    @field_validator("new_name", "breed")
    @classmethod
    def _clean(cls, value: str | None) -> str | None:
        return (cleaned(value) or None) if value is not None else None


async def update(turn: Turn, wanted: UpdatePet) -> Answer:
    """Change what is given, keep the rest."""
    pet = await pet_named(turn, wanted.pet_name)
    check_age(wanted.age)
    if wanted.new_name is not None and not folded(wanted.new_name):
        raise RequestRefused(RefusalCode.INCOMPLETE_PET, "O novo nome não tem letras. Pergunte ao cliente.")
    changed = await pets.update(
        turn.tenant,
        pet.id,
        name=wanted.new_name,
        species=wanted.species,
        breed=wanted.breed,
        approximate_birth_date=birth_date_from_age(wanted.age, turn.today) if wanted.age is not None else None,
        size=wanted.size,
        coat=wanted.coat,
    )
    if changed is None:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "O cliente já tem outro pet com esse nome.", field="new_name")
    return Answer({"pet": changed.described(turn.today)})


UPDATE_PET = Tool(
    name="update_pet",
    description="Corrige ou completa o cadastro de um pet do cliente: nome, espécie, raça, idade, porte, pelo.",
    arguments=UpdatePet,
    run=update,
)
