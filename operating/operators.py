"""Who works in a shop's console: let in, kept out, given a role or a new password. Each change is a deed in the audit
log."""

import re
from uuid import UUID, uuid5

from domain.deeds import DeedKind
from domain.ids import DeedId, OperatorId, OrganizationId
from domain.operators import Operator, OperatorRole
from operating import as_written
from operating.deeds import Deed
from operating.passwords import Passwords, acceptable
from operating.refusal import Mistyped, Refused
from storage import operator_sessions, organizations
from storage import operators as rows
from storage.database import Connection, Database

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_EMAIL, _LONGEST_NAME = 254, 120


async def add(
    database: Database,
    passwords: Passwords,
    shop: OrganizationId,
    deed: Deed,
    *,
    name: str,
    email: str,
    role: OperatorRole,
    password: str,
) -> Operator:
    """Somebody new in the console. Raises `Mistyped`, or `Refused` when somebody has that email already."""
    name = as_written.name(name, of="o nome", longest=_LONGEST_NAME)
    email = written_email(email)
    async with database.tenant(shop) as tenant:
        slug = await organizations.slug_of(tenant, shop)
        if await rows.by_email(tenant, email) is not None:
            raise Refused(f"já existe alguém com o e-mail {email}")
    password_hash = await passwords.hashed(acceptable(password, name=name, email=email, slug=slug))
    async with database.tenant(shop) as tenant:
        made = await rows.add(tenant, shop, email=email, name=name, role=role, password_hash=password_hash)
        if made is None:
            raise Refused(f"já existe alguém com o e-mail {email}")
        await deed.note(tenant, shop, DeedKind.ADD_OPERATOR, name, after={"role": role, "email": email})
    return made


async def listed(database: Database, shop: OrganizationId) -> list[Operator]:
    """Everybody, who is active first."""
    async with database.tenant(shop) as tenant:
        return await rows.listed(tenant)


async def of_email(database: Database, shop: OrganizationId, email: str) -> Operator:
    """The operator of that email. Raises `Refused` when the shop has none."""
    async with database.tenant(shop) as tenant:
        found = await rows.by_email(tenant, written_email(email))
    if found is None:
        raise Refused(f"ninguém da loja tem o e-mail {email.strip()}")
    return found


async def of_id(database: Database, shop: OrganizationId, operator_id: UUID) -> Operator | None:
    """The operator of that id; None when the shop has none."""
    async with database.tenant(shop) as tenant:
        return await rows.find(tenant, OperatorId(operator_id))


async def deactivate(database: Database, shop: OrganizationId, deed: Deed, operator_id: OperatorId) -> None:
    """They are out at once, wherever they are signed in. Raises `Refused` for the last admin; out already: nothing."""
    async with database.tenant(shop) as tenant:
        one = await _not_the_last_admin(tenant, operator_id)
        if one.is_active and not await deed.was_done(tenant, DeedKind.REMOVE_OPERATOR, one.name):
            await rows.set_active(tenant, operator_id, False)
            await operator_sessions.end_all(tenant, operator_id)
            await deed.note(tenant, shop, DeedKind.REMOVE_OPERATOR, one.name)


async def reactivate(database: Database, shop: OrganizationId, deed: Deed, operator_id: OperatorId) -> None:
    """They may sign in again, with the password they had. Raises `Refused`: no such operator; in already: nothing."""
    async with database.tenant(shop) as tenant:
        one = await _held(tenant, operator_id)
        if not one.is_active and not await deed.was_done(tenant, DeedKind.RESTORE_OPERATOR, one.name):
            await rows.set_active(tenant, operator_id, True)
            await deed.note(tenant, shop, DeedKind.RESTORE_OPERATOR, one.name)


async def set_role(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    operator_id: OperatorId,
    role: OperatorRole,
) -> None:
    """What they may do from now on. Raises `Refused` where no admin would be left."""
    async with database.tenant(shop) as tenant:
        if role is OperatorRole.ADMIN:
            one = await _held(tenant, operator_id)
        else:
            one = await _not_the_last_admin(tenant, operator_id)
        done = await deed.was_done(tenant, DeedKind.SET_OPERATOR_ROLE, one.name, after={"role": role})
        if one.role is not role and not done:
            await rows.set_role(tenant, operator_id, role)
            await deed.note(
                tenant,
                shop,
                DeedKind.SET_OPERATOR_ROLE,
                one.name,
                before={"role": one.role},
                after={"role": role},
            )


async def set_password(
    database: Database,
    passwords: Passwords,
    shop: OrganizationId,
    deed: Deed,
    operator_id: OperatorId,
    password: str,
) -> None:
    """A new password; wherever they are signed in, they are so no more. Raises `Mistyped`, `Refused`: nobody."""
    async with database.tenant(shop) as tenant:
        one = await _held(tenant, operator_id)
        slug = await organizations.slug_of(tenant, shop)
    password_hash = await passwords.hashed(acceptable(password, name=one.name, email=one.email, slug=slug))
    async with database.tenant(shop) as tenant:
        await keep_password(tenant, await _held(tenant, operator_id), password_hash, deed)


async def keep_password(tenant: Connection, one: Operator, password_hash: str, deed: Deed) -> None:
    """Store it, end every session, note it: in one transaction. Each password that is stored is noted, also where one
    form brought several."""
    await rows.set_password_hash(tenant, one.id, password_hash)
    await operator_sessions.end_all(tenant, one.id)
    stored = Deed(DeedId(uuid5(deed.id, password_hash)), deed.operator)
    await stored.note(tenant, one.organization_id, DeedKind.SET_PASSWORD, one.name)


def written_email(text: str) -> str:
    """An email as it is stored: in small letters. Raises `Mistyped`."""
    written = text.strip().lower()
    if len(written) > _LONGEST_EMAIL or not written.isprintable() or not _EMAIL.fullmatch(written):
        raise Mistyped("o e-mail não está certo; escreva como nome@exemplo.com.br")
    return written


async def _held(tenant: Connection, operator_id: OperatorId) -> Operator:
    one = await rows.find(tenant, operator_id, for_change=True)
    if one is None:
        raise Refused("a loja não tem esse operador")
    return one


async def _not_the_last_admin(tenant: Connection, operator_id: OperatorId) -> Operator:
    # The admins before the one: two who would make each other attendants wait in the same order.
    admins = await rows.hold_active_admins(tenant)
    one = await _held(tenant, operator_id)
    if admins == {operator_id}:
        raise Refused("é o único administrador ativo da loja; inclua outro antes")
    return one
