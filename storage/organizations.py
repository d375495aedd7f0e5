"""Shops and their settings."""

from decimal import Decimal
from uuid import UUID

import asyncpg

from domain.agenda_rules import AgendaRules
from domain.aurora_rules import AuroraRules
from domain.errors import Misconfigured
from domain.frozen import Frozen
from domain.handoffs import HandoffRules
from domain.ids import OrganizationId
from domain.opening import OpeningHours
from domain.shop import AiConfig, Organization
from storage.database import Connection

_PLAIN = AgendaRules()
_USUAL = AuroraRules()


class SettingsChange(Frozen):
    """New values of a shop's settings; None leaves what there is."""

    name: str | None = None
    timezone: str | None = None
    opening_hours: OpeningHours | None = None
    agenda_rules: AgendaRules | None = None
    aurora_rules: AuroraRules | None = None
    handoff_rules: HandoffRules | None = None
    model: str | None = None
    aurora_model: str | None = None
    about: str | None = None
    ai_enabled: bool | None = None
    settle_seconds: Decimal | None = None
    late_after_minutes: int | None = None
    answer_limit_hours: int | None = None
    outbound_limit_hours: int | None = None
    loop_limit: int | None = None
    loop_window_minutes: int | None = None
    phone_quiet_minutes: int | None = None


async def id_of_slug(unbound: Connection, slug: str) -> OrganizationId | None:
    """The organisation of that exact slug."""
    found: UUID | None = await unbound.fetchval("select organization_by_slug($1)", slug)
    return OrganizationId(found) if found else None


async def slug_of(tenant: Connection, organization_id: OrganizationId) -> str:
    """By which name it is signed in to. Raises `Misconfigured` when there is none of that id."""
    found: str | None = await tenant.fetchval("select slug from organizations where id = $1", organization_id)
    if found is None:
        raise Misconfigured(f"there is no shop {organization_id}")
    return found


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    slug: str,
    name: str,
    timezone: str,
    opening_hours: OpeningHours,
    ai_config: AiConfig,
    agenda_rules: AgendaRules = _PLAIN,
    aurora_rules: AuroraRules = _USUAL,
) -> None:
    """A new shop, in a transaction bound to its own new id. Raises `Misconfigured` when the slug is taken."""
    try:
        await tenant.execute(
            "insert into organizations (id, slug, name) values ($1, $2, $3)", organization_id, slug, name
        )
    except asyncpg.UniqueViolationError as error:
        raise Misconfigured(f"there is a shop {slug} already") from error
    except (asyncpg.CheckViolationError, asyncpg.StringDataRightTruncationError) as error:
        raise Misconfigured("a slug is made of at most 63 small letters, digits and hyphens") from error
    await tenant.execute(
        """insert into organization_settings (organization_id, timezone, opening_hours, ai_config, agenda_rules,
               aurora_rules)
           values ($1, $2, $3, $4, $5, $6)""",
        organization_id,
        timezone,
        opening_hours.model_dump_json(),
        ai_config.model_dump_json(),
        agenda_rules.model_dump_json(),
        aurora_rules.model_dump_json(),
    )


async def get(tenant: Connection, organization_id: OrganizationId) -> Organization:
    """The shop and its settings. Raises `Misconfigured` when there is none of that id."""
    found = await find(tenant, organization_id)
    if found is None:
        raise Misconfigured(f"there is no shop {organization_id}")
    return found


async def find(tenant: Connection, organization_id: OrganizationId) -> Organization | None:
    """The shop and its settings; None when there is none of that id."""
    row = await tenant.fetchrow(
        """select o.id, o.name, s.timezone, s.ai_enabled, s.ai_config, s.opening_hours, s.agenda_rules,
                  s.aurora_rules, s.handoff_rules, s.late_after_minutes,
                  s.answer_limit_hours, s.outbound_limit_hours, s.loop_limit, s.loop_window_minutes,
                  s.phone_quiet_minutes,
                  exists (select from knowledge k where k.organization_id = o.id and k.is_active) has_learned
           from organizations o join organization_settings s on s.organization_id = o.id where o.id = $1""",
        organization_id,
    )
    if row is None:
        return None
    return Organization(
        id=OrganizationId(row["id"]),
        name=row["name"],
        timezone=row["timezone"],
        ai_enabled=row["ai_enabled"],
        ai_config=AiConfig.model_validate_json(row["ai_config"]),
        opening_hours=OpeningHours.model_validate_json(row["opening_hours"]),
        agenda_rules=AgendaRules.model_validate_json(row["agenda_rules"]),
        aurora_rules=AuroraRules.model_validate_json(row["aurora_rules"]),
        handoff_rules=HandoffRules.model_validate_json(row["handoff_rules"]),
        late_after_minutes=row["late_after_minutes"],
        answer_limit_hours=row["answer_limit_hours"],
        outbound_limit_hours=row["outbound_limit_hours"],
        loop_limit=row["loop_limit"],
        loop_window_minutes=row["loop_window_minutes"],
        phone_quiet_minutes=row["phone_quiet_minutes"],
        has_learned=row["has_learned"],
    )


async def change(tenant: Connection, organization_id: OrganizationId, changes: SettingsChange) -> None:
    """Set what `changes` names, and leave the rest. Raises `Misconfigured` when there is none of that id."""
    await tenant.execute(
        "update organizations set name = coalesce($2, name) where id = $1", organization_id, changes.name
    )
    done = await tenant.execute(
        """update organization_settings set timezone = coalesce($2, timezone),
               opening_hours = coalesce($3::jsonb, opening_hours),
               ai_config = ai_config || jsonb_strip_nulls(jsonb_build_object(
                   'model', $4::text, 'aurora_model', $5::text, 'about', $6::text)),
               ai_enabled = coalesce($7, ai_enabled), settle_seconds = coalesce($8::numeric, settle_seconds),
               late_after_minutes = coalesce($9, late_after_minutes),
               answer_limit_hours = coalesce($10, answer_limit_hours),
               outbound_limit_hours = coalesce($11, outbound_limit_hours),
               loop_limit = coalesce($12, loop_limit), loop_window_minutes = coalesce($13, loop_window_minutes),
               phone_quiet_minutes = coalesce($14, phone_quiet_minutes),
               agenda_rules = coalesce($15::jsonb, agenda_rules),
               aurora_rules = coalesce($16::jsonb, aurora_rules),
               handoff_rules = coalesce($17::jsonb, handoff_rules)
           where organization_id = $1""",
        organization_id,
        changes.timezone,
        changes.opening_hours.model_dump_json() if changes.opening_hours is not None else None,
        changes.model,
        changes.aurora_model,
        changes.about,
        changes.ai_enabled,
        changes.settle_seconds,
        changes.late_after_minutes,
        changes.answer_limit_hours,
        changes.outbound_limit_hours,
        changes.loop_limit,
        changes.loop_window_minutes,
        changes.phone_quiet_minutes,
        changes.agenda_rules.model_dump_json() if changes.agenda_rules is not None else None,
        changes.aurora_rules.model_dump_json() if changes.aurora_rules is not None else None,
        changes.handoff_rules.model_dump_json() if changes.handoff_rules is not None else None,
    )
    if done != "UPDATE 1":
        raise Misconfigured(f"there is no shop {organization_id}")


async def take_schedules_turn(tenant: Connection, organization_id: OrganizationId) -> None:
    """The schedules of one shop are made to agree with its rows by one process at a time, until the transaction ends.

    Or who read the rows first, and writes last, would undo what the other made of newer ones.
    """
    await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 5))", f"{organization_id}|schedules")


async def settle_seconds(tenant: Connection, organization_id: OrganizationId) -> float:
    """How long the shop waits for a burst to settle."""
    return float(
        await tenant.fetchval(
            "select settle_seconds from organization_settings where organization_id = $1", organization_id
        )
    )
