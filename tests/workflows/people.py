"""Operators at work in a running engine, for the tests of hand-overs."""

import uuid
from dataclasses import dataclass

from domain.ids import ConversationId, DeedId
from domain.operators import Operator, OperatorRole
from operating.attending import Attending
from storage import operators
from tests.engine import Engine
from tests.shops import CUSTOMER


@dataclass
class Team:
    """A shop's operators and what they may do; `ana` attends, `bruno` is the admin."""

    engine: Engine
    attending: Attending
    ana: Operator
    bruno: Operator

    async def conversation(self, phone: str = CUSTOMER) -> ConversationId:
        """The conversation of a phone, as soon as there is one."""
        row = await self.engine.until_row(
            "select c.id from conversations c join contacts ct on ct.id = c.contact_id where ct.phone = $1", phone
        )
        return ConversationId(row["id"])

    async def standing(self) -> dict[str, object]:
        """The newest hand-over's row."""
        rows = await self.engine.rows("select * from handoffs order by opened_at desc, id limit 1")
        return dict(rows[0]) if rows else {}

    async def until_standing(self, **wanted: object) -> None:
        """Wait until the newest hand-over is so."""

        async def is_so() -> bool:
            row = await self.standing()
            return all(row.get(name) == value for name, value in wanted.items())

        try:
            await self.engine.until(is_so)
        except TimeoutError:
            raise AssertionError(f"wanted {wanted}, but the hand-over is {await self.standing()}") from None


def deed() -> DeedId:
    """A form's id."""
    return DeedId(uuid.uuid4())


async def team_of(engine: Engine) -> Team:
    """Ana and Bruno work in the engine's shop."""
    shop = engine.shop.organization_id
    async with engine.database.tenant(shop) as tenant:
        made = [
            await operators.add(tenant, shop, email=email, name=name, role=role, password_hash="x")
            for email, name, role in (
                ("ana@loja.example", "Ana", OperatorRole.ATTENDANT),
                ("bruno@loja.example", "Bruno", OperatorRole.ADMIN),
            )
        ]
    ana, bruno = made
    assert ana is not None
    assert bruno is not None
    attending = Attending(engine.database, engine.temporal, task_queue=engine.settings.auzap_task_queue)
    return Team(engine, attending, ana, bruno)
