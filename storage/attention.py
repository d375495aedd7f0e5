"""What in a shop wants somebody's attention, in numbers."""

from domain.frozen import Frozen
from storage.database import Connection


class Attention(Frozen):
    """`waiting` conversations that nobody has taken; `stuck` steps that keep failing."""

    waiting: int
    stuck: int


async def wanted(tenant: Connection) -> Attention:
    """How things stand now."""
    row = await tenant.fetchrow(
        """select (select count(*) from handoffs where ended_at is null and state = 'waiting') waiting,
                  (select count(*) from stuck_steps) stuck"""
    )
    assert row is not None
    return Attention(**dict(row))
