"""A deed: something the shop's people do, once, by an operator in the console or by somebody at the command line.

Who changes something takes a `Deed` and notes it in the transaction of the change; so nothing is done that is not in
the audit log, and a form that is sent twice finds what its first sending noted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import uuid4

from pydantic import JsonValue

from domain.deeds import COMMAND_LINE, DeedKind
from domain.ids import DeedId, OrganizationId
from domain.operators import Operator
from operating.refusal import Refused
from storage import audit
from storage.audit import ActorKind, AuditEntry
from storage.database import Connection

Facts = Mapping[str, JsonValue]
_USED = "esse formulário já foi usado para outra coisa; abra-o de novo"

_NOTHING: Facts = MappingProxyType({})


@dataclass(frozen=True)
class Deed:
    """`id` is the form's, the same however often it is sent; without `operator`, somebody at the command line."""

    id: DeedId
    operator: Operator | None = None

    async def note(
        self,
        tenant: Connection,
        shop: OrganizationId,
        kind: DeedKind,
        subject: str,
        *,
        before: Facts = _NOTHING,
        after: Facts = _NOTHING,
    ) -> None:
        """Write down what was changed, of whom or what, how it was and how it is now; a deed is noted once.

        Never a secret, and phones masked: whoever calls says only what anybody of the shop may read. Raises `Refused`
        when the same form did it to the same otherwise: nothing may be done that is not noted.
        """
        is_new = await audit.record(
            tenant,
            shop,
            actor_kind=ActorKind.OPERATOR,
            actor=self.operator.name if self.operator else COMMAND_LINE,
            action=kind,
            subject=subject,
            before=before,
            after=after,
            operator_id=self.operator.id if self.operator else None,
            deed_id=self.id,
        )
        if not is_new and not await self.was_done(tenant, kind, subject, before=before, after=after):
            raise Refused(_USED)

    async def was_done(
        self,
        tenant: Connection,
        kind: DeedKind,
        subject: str,
        *,
        before: Facts | None = None,
        after: Facts | None = None,
    ) -> bool:
        """Whether an earlier sending of the form did just that, and by the same hand."""
        found = await audit.of_deed_on(tenant, self.id, kind, subject)
        return (
            found is not None
            and found.actor == (self.operator.name if self.operator else COMMAND_LINE)
            and (before is None or found.before == _as_stored(before))
            and (after is None or found.after == _as_stored(after))
        )

    async def noted(self, tenant: Connection) -> AuditEntry | None:
        """What an earlier run of this deed noted; None when it was not done yet."""
        return await audit.of_deed(tenant, self.id)


def _as_stored(facts: Facts) -> dict[str, JsonValue]:
    stored: dict[str, JsonValue] = json.loads(json.dumps(dict(facts)))
    return stored


def at_command_line() -> Deed:
    """A deed of a command: done anew each time it is typed."""
    return Deed(DeedId(uuid4()))


def differing(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """Only the facts that are not the same in both."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in changed}, {name: after.get(name) for name in changed}
