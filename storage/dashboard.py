"""The figures of a shop's dashboard, in three queries that read today's rows through indexes made for them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg

from domain.conversation import HandoffReason
from domain.dashboard import AnswerTimes, Dashboard
from domain.figures import ModelUse
from domain.periods import Period
from storage.database import Connection

_WEEK = timedelta(days=6)
_NOBODY_WAITED = [HandoffReason.ANSWERED_ON_PHONE.value, HandoffReason.TAKEN_BY_OPERATOR.value]

# Of today, `[$1, $2)`, the day $3. Whatever else is counted stands in this moment.
_COUNTS = """
    select said.messages_in, said.messages_out, open.waiting, open.waiting_since, open.attended, open.unanswered,
        ended.released, ended.resolved,
        (select coalesce(sum(bookings), 0) from booking_days where day = $3 and status <> 'cancelled') bookings_today,
        (select coalesce(sum(bookings), 0) from bookings_made where day = $3) bookings_made,
        (select count(*) from messages where created_at >= $1 and created_at < $2 and status = 'failed') failed_sends,
        (select count(*) from dead_letters where redriven_at is null) dead_letters,
        (select count(*) from alerts where acknowledged_at is null) alerts,
        (select count(*) from stuck_steps) stuck
    from
        (select count(*) filter (where direction = 'inbound') messages_in,
             count(*) filter (where direction = 'outbound') messages_out
         from messages where created_at >= $1 and created_at < $2) said,
        (select count(*) filter (where state = 'waiting') waiting, min(waiting_since) waiting_since,
             count(*) filter (where state = 'claimed') attended,
             count(*) filter (where state = 'claimed' and waiting_since is not null) unanswered
         from handoffs where ended_at is null) open,
        (select count(*) filter (where state = 'released') released, count(*) filter (where state = 'resolved') resolved
         from handoffs where ended_at >= $1 and ended_at < $2) ended"""

# Hand-overs since $1, today's since $2; of the reasons $3 nobody waited.
_ANSWERS = """
    select count(*) filter (where is_today) handed_over,
        count(waited) filter (where is_today) today,
        percentile_cont(array[0.5, 0.9]) within group (order by waited) filter (where is_today) of_today,
        count(waited) week,
        percentile_cont(array[0.5, 0.9]) within group (order by waited) of_week
    from (select opened_at >= $2 is_today,
              case when reason <> all($3::varchar[]) then first_answer_at - opened_at end waited
          from handoffs where opened_at >= $1) h"""

_CALLS = """
    select model, sum(prompt_tokens)::bigint prompt_tokens, sum(completion_tokens)::bigint completion_tokens,
        count(*) calls, count(*) filter (where status = 'error') errors
    from ai_interactions where created_at >= $1 and created_at < $2 group by model order by model"""


async def today(tenant: Connection, zone: ZoneInfo, now: datetime) -> Dashboard:
    """The figures of the day on which `now` lies in the shop's zone."""
    day = now.astimezone(zone).date()
    start, end = Period(first=day, last=day).bounds(zone)
    counts = await tenant.fetchrow(_COUNTS, start, end, day)
    answers = await tenant.fetchrow(
        _ANSWERS, Period(first=day - _WEEK, last=day).bounds(zone)[0], start, _NOBODY_WAITED
    )
    calls = await tenant.fetch(_CALLS, start, end)
    assert counts is not None
    assert answers is not None
    return Dashboard(
        **dict(counts),
        day=day,
        at=now,
        handed_over=answers["handed_over"],
        answers_today=_times(answers, "today"),
        answers_week=_times(answers, "week"),
        model_calls=sum(row["calls"] for row in calls),
        model_errors=sum(row["errors"] for row in calls),
        by_model=tuple(
            ModelUse(
                model=row["model"],
                prompt_tokens=row["prompt_tokens"],
                completion_tokens=row["completion_tokens"],
            )
            for row in calls
            if row["prompt_tokens"] or row["completion_tokens"]
        ),
    )


def _times(row: asyncpg.Record, of: str) -> AnswerTimes:
    median, p90 = row[f"of_{of}"] or (None, None)
    return AnswerTimes(answered=row[of], median=median, p90=p90)
