"""register_owner, remove_owner: who else gives orders here."""

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.addresses import phone_from_text
from domain.errors import RefusalCode, RequestRefused
from domain.owners import OwnerRole
from office.owner_numbers import ADD_OWNER, REMOVE_OWNER, AddOwner, RemoveOwner, owner_named


class RegisterOwner(Arguments):
    """Who, from which number, and as what."""

    name: OneLine = Field(max_length=80, description="como a pessoa se chama")
    phone: str = Field(min_length=8, max_length=30, description="com DDD")
    role: OwnerRole = Field(description="owner: pode tudo; manager: só agenda e clientes")


class RemoveOwnerNumber(Arguments):
    """Who."""

    name: OneLine = Field(max_length=80, description="nome ou telefone")


async def register(turn: Turn, wanted: RegisterOwner) -> Answer:
    """Propose the new number."""
    phone = phone_from_text(wanted.phone)
    if phone is None:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "Isso não é um telefone; peça com DDD, como (11) 98765-4321.")
    return await proposed(turn, ADD_OWNER, AddOwner(phone=phone, name=wanted.name, role=wanted.role))


async def remove(turn: Turn, wanted: RemoveOwnerNumber) -> Answer:
    """Propose that somebody is a customer again."""
    one = await owner_named(turn.office, wanted.name)
    return await proposed(turn, REMOVE_OWNER, RemoveOwner(owner_number_id=one.id))


REGISTER_OWNER = Tool(
    name="register_owner",
    description="Cadastra o telefone de outro dono, dona ou gerente da loja.",
    arguments=RegisterOwner,
    run=register,
)
REMOVE_OWNER_NUMBER = Tool(
    name="remove_owner",
    description="Tira o acesso de um dono ou gerente.",
    arguments=RemoveOwnerNumber,
    run=remove,
)
