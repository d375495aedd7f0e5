"""Sessions of operators, by the hash of a token that only the browser holds."""

from datetime import timedelta

from domain.frozen import Frozen
from domain.ids import OperatorId, OrganizationId
from domain.operators import Operator, OperatorRole
from storage.database import Connection

_OVER = "(expires_at <= clock_timestamp() or last_seen_at <= clock_timestamp() - $2::interval)"


class FoundSession(Frozen):
    """Whose session it is; `is_stale` when its last sight is to be noted anew."""

    operator: Operator
    is_stale: bool


async def begin(
    tenant: Connection,
    organization_id: OrganizationId,
    operator_id: OperatorId,
    token_hash: str,
    *,
    longest: timedelta,
) -> None:
    """A new session, which lasts `longest` at most."""
    await tenant.execute(
        """insert into operator_sessions (token_hash, organization_id, operator_id, expires_at)
           values ($1, $2, $3, clock_timestamp() + $4::interval)""",
        token_hash,
        organization_id,
        operator_id,
        longest,
    )


async def find(tenant: Connection, token_hash: str, *, idle: timedelta, touch_every: timedelta) -> FoundSession | None:
    """The session of that token and its operator; None when it is over, or they may not come in any more."""
    row = await tenant.fetchrow(
        f"""select o.id, o.organization_id, o.email, o.name, o.role,
                   s.last_seen_at <= clock_timestamp() - $3::interval is_stale
            from operator_sessions s join operators o on o.id = s.operator_id
            where s.token_hash = $1 and o.is_active and not {_OVER}""",
        token_hash,
        idle,
        touch_every,
    )
    if row is None:
        return None
    operator = Operator(
        id=OperatorId(row["id"]),
        organization_id=OrganizationId(row["organization_id"]),
        email=row["email"],
        name=row["name"],
        role=OperatorRole(row["role"]),
    )
    return FoundSession(operator=operator, is_stale=row["is_stale"])


async def touch(tenant: Connection, token_hash: str, *, touch_every: timedelta) -> None:
    """It was seen now. Of several requests at once, the first notes it."""
    await tenant.execute(
        """update operator_sessions set last_seen_at = clock_timestamp()
           where token_hash = $1 and last_seen_at <= clock_timestamp() - $2::interval""",
        token_hash,
        touch_every,
    )


async def end(tenant: Connection, token_hash: str) -> None:
    """It is over."""
    await tenant.execute("delete from operator_sessions where token_hash = $1", token_hash)


async def end_all(tenant: Connection, operator_id: OperatorId) -> None:
    """Wherever this operator is signed in, they are so no more."""
    await tenant.execute("delete from operator_sessions where operator_id = $1", operator_id)


async def forget_over(tenant: Connection, operator_id: OperatorId, *, idle: timedelta) -> None:
    """An operator's sessions that are over; one that somebody else is just forgetting is left to them."""
    await tenant.execute(
        f"""delete from operator_sessions where token_hash in (
                select token_hash from operator_sessions where operator_id = $1 and {_OVER} for update skip locked)""",
        operator_id,
        idle,
    )
