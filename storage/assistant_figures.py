"""How Client AI did, by days of the shop's calendar: days that are over from their roll-ups, the latest ones from rows.

She answered in a conversation where the model was called for it, with success or without. It is handed over where she,
or the engine for her, called a person that day, or a person wrote in it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.bookings import ChangedBy
from domain.conversation import AgentType, HandoffReason
from domain.figures import AssistantFigures, ModelUse
from domain.periods import Period
from storage.database import Connection

_DAY = timedelta(days=1)
_PERSON_CALLED = [reason.value for reason in HandoffReason if reason is not HandoffReason.ALREADY_WAITING]

# Of the rows of `[$1, $2)` by days of zone $3; $4 are the kinds of alerts, $5 the agent. A call that was cancelled is
# no answer: the customer wrote on, or a person did, before it came.
_OF_ROWS = """
    calls as materialized (
        select (created_at at time zone $3)::date as day, conversation_id, model, prompt_tokens, completion_tokens,
            status
        from ai_interactions where created_at >= $1 and created_at < $2 and agent_type = $5::varchar),
    taken as (
        select (created_at at time zone $3)::date as day, conversation_id from alerts
        where created_at >= $1 and created_at < $2 and kind = any($4::text[]) and conversation_id is not null
        union
        select (created_at at time zone $3)::date, conversation_id from messages
        where created_at >= $1 and created_at < $2 and sender in ('human', 'phone')),
    days as (
        select c.day, count(*) as conversations, count(t.day) as handed_over
        from (select distinct day, conversation_id from calls where status <> 'cancelled') c
            left join taken t on t.day = c.day and t.conversation_id = c.conversation_id
        group by c.day),
    models as (
        select day, model, sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens
        from calls where prompt_tokens + completion_tokens > 0 group by day, model)"""


@dataclass(frozen=True)
class _Rows:
    """Which rows the figures are of: the parameters of `_OF_ROWS`."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def parameters(self) -> tuple[object, ...]:
        """In the order of their numbers."""
        return self.start, self.end, str(self.zone), _PERSON_CALLED, AgentType.CLIENT_AI


async def assistant(tenant: Connection, period: Period, zone: ZoneInfo, today: date) -> AssistantFigures:
    """How she did with the shop's customers in a period, as of a day."""
    rolled_until = await _roll_up(tenant, period, zone, today)
    start, end = period.bounds(zone)
    if rolled_until >= period.first:
        start = Period(first=period.first, last=rolled_until).bounds(zone)[1]
    parameters = (*_Rows(start, end, zone).parameters(), period.first, min(rolled_until, period.last))
    total = await tenant.fetchrow(
        f"""with {_OF_ROWS}, whole as (
                select conversations, handed_over from assistant_days where day between $6 and $7
                union all select conversations, handed_over from days)
            select coalesce(sum(conversations), 0)::bigint conversations,
                coalesce(sum(handed_over), 0)::bigint handed_over,
                (select coalesce(sum(bookings), 0) from bookings_made
                 where day between $6 and $8 and booked_by = $9) booked
            from whole""",
        *parameters,
        period.last,
        ChangedBy.CUSTOMER,
    )
    models = await tenant.fetch(
        f"""with {_OF_ROWS}, whole as (
                select model, prompt_tokens, completion_tokens from assistant_day_models where day between $6 and $7
                union all select model, prompt_tokens, completion_tokens from models)
            select model, sum(prompt_tokens)::bigint prompt_tokens, sum(completion_tokens)::bigint completion_tokens
            from whole group by model order by model""",
        *parameters,
    )
    assert total is not None
    return AssistantFigures(
        conversations=total["conversations"],
        handed_over=total["handed_over"],
        booked=total["booked"],
        by_model=tuple(ModelUse(**dict(row)) for row in models),
    )


async def _roll_up(tenant: Connection, period: Period, zone: ZoneInfo, today: date) -> date:
    """Write the roll-ups that the period misses; the last day that has one, which is before the period if none has.

    A day is rolled up when it has been over for a day: until then an answer that was begun in it may be repeated.
    Idempotent: a second run finds the days of the first, and of two at once one writes a day.
    """
    stretches = await tenant.fetch(
        """with known as (select least($3::date, (now() at time zone $4)::date) - 2 as last,
                              (select (min(created_at) at time zone $4)::date from ai_interactions) as first),
               missing as (
                   select d::date as day from known,
                       generate_series(greatest($1::date, known.first), least($2::date, known.last), interval '1 day') d
                   where known.first is not null and not exists (select from assistant_days a where a.day = d::date))
           select known.last closed, min(m.day) first, max(m.day) last
           from known left join (
               select day, day - row_number() over (order by day)::integer as run from missing) m on true
           group by known.last, m.run order by 2""",
        period.first,
        period.last,
        today,
        str(zone),
    )
    closed: date = min(stretches[0]["closed"], period.last)
    if stretches[0]["first"] is None:
        return closed
    if str(zone) != await tenant.fetchval("select timezone from organization_settings for share"):
        return period.first - _DAY  # the shop's days are becoming other days at this moment
    for stretch in stretches:
        start, end = Period(first=stretch["first"], last=stretch["last"]).bounds(zone)
        await tenant.execute(
            f"""with {_OF_ROWS}, written as (
                    insert into assistant_days (organization_id, day, conversations, handed_over)
                    select bound_organization(), a.day::date, coalesce(d.conversations, 0), coalesce(d.handed_over, 0)
                    from generate_series($6::date, $7::date, interval '1 day') a (day)
                        left join days d on d.day = a.day::date
                    order by a.day on conflict do nothing returning day)
                insert into assistant_day_models (organization_id, day, model, prompt_tokens, completion_tokens)
                select bound_organization(), day, model, prompt_tokens, completion_tokens
                from models join written using (day)""",
            *_Rows(start, end, zone).parameters(),
            stretch["first"],
            stretch["last"],
        )
    return closed
