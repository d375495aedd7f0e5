"""The people of a shop who work in its console."""

from collections.abc import Collection

import asyncpg
from pydantic import Field

from domain.frozen import Frozen
from domain.ids import OperatorId, OrganizationId
from domain.operators import Operator, OperatorRole
from storage.database import Connection

_COLUMNS = "id, organization_id, email, name, role, is_active"


class Credentials(Frozen):
    """Somebody who may sign in, and the hash of their password."""

    operator: Operator
    password_hash: str = Field(repr=False)


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    email: str,
    name: str,
    role: OperatorRole,
    password_hash: str,
) -> Operator | None:
    """Somebody new; None when somebody of the shop, active or not, has that email. `email` is in small letters."""
    row = await tenant.fetchrow(
        f"""insert into operators (organization_id, email, name, role, password_hash) values ($1, $2, $3, $4, $5)
            on conflict (organization_id, email) do nothing returning {_COLUMNS}""",
        organization_id,
        email,
        name,
        role,
        password_hash,
    )
    return _from_row(row) if row else None


async def find(tenant: Connection, operator_id: OperatorId, *, for_change: bool = False) -> Operator | None:
    """The operator of that id, active or not."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from operators where id = $1 {'for update' if for_change else ''}", operator_id
    )
    return _from_row(row) if row else None


async def by_email(tenant: Connection, email: str) -> Operator | None:
    """The operator of that email, active or not."""
    row = await tenant.fetchrow(f"select {_COLUMNS} from operators where email = $1", email)
    return _from_row(row) if row else None


async def credentials(
    tenant: Connection, *, email: str | None = None, operator_id: OperatorId | None = None, for_change: bool = False
) -> Credentials | None:
    """What the password of an active operator is checked against; found by email or by id."""
    row = await tenant.fetchrow(
        f"""select {_COLUMNS}, password_hash from operators
            where is_active and (email = $1::varchar or id = $2::uuid) {"for update" if for_change else ""}""",
        email,
        operator_id,
    )
    return Credentials(operator=_from_row(row), password_hash=row["password_hash"]) if row else None


async def listed(tenant: Connection) -> list[Operator]:
    """Everybody: who is active first, by name."""
    rows = await tenant.fetch(f"select {_COLUMNS} from operators order by is_active desc, lower(name), email")
    return [_from_row(row) for row in rows]


async def names(tenant: Connection, operator_ids: Collection[OperatorId]) -> dict[OperatorId, str]:
    """What these are called."""
    rows = await tenant.fetch("select id, name from operators where id = any($1::uuid[])", list(operator_ids))
    return {OperatorId(row["id"]): row["name"] for row in rows}


async def hold_active_admins(tenant: Connection) -> set[OperatorId]:
    """The shop's active admins; nobody else makes them fewer until the transaction ends."""
    rows = await tenant.fetch(
        "select id from operators where is_active and role = $1 order by id for update", OperatorRole.ADMIN
    )
    return {OperatorId(row["id"]) for row in rows}


async def set_active(tenant: Connection, operator_id: OperatorId, is_active: bool) -> None:
    """Let them in, or keep them out."""
    await tenant.execute("update operators set is_active = $2 where id = $1", operator_id, is_active)


async def set_role(tenant: Connection, operator_id: OperatorId, role: OperatorRole) -> None:
    """What they may do from now on."""
    await tenant.execute("update operators set role = $2 where id = $1", operator_id, role)


async def set_password_hash(tenant: Connection, operator_id: OperatorId, password_hash: str) -> None:
    """A new password, or the same hashed anew."""
    await tenant.execute("update operators set password_hash = $2 where id = $1", operator_id, password_hash)


def _from_row(row: asyncpg.Record) -> Operator:
    return Operator(
        id=OperatorId(row["id"]),
        organization_id=OrganizationId(row["organization_id"]),
        email=row["email"],
        name=row["name"],
        role=OperatorRole(row["role"]),
        is_active=row["is_active"],
    )
