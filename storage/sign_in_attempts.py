"""Tries to sign in, by keyed hashes of who tried. They are of no shop: a try may name one that does not exist."""

from datetime import datetime, timedelta

from storage.database import Connection


async def take_turn(unbound: Connection, subject: str) -> None:
    """Tries of one subject are counted one after the other, until the transaction ends."""
    await unbound.execute("select pg_advisory_xact_lock(hashtextextended($1, 9))", f"{subject}|sign-in")


async def wait_until(unbound: Connection, subject: str, *, limit: int, within: timedelta) -> timedelta | None:
    """How long the subject has to wait for the next try; None when fewer than `limit` were made `within`."""
    found: timedelta | None = await unbound.fetchval(
        """select at + $3::interval - clock_timestamp() from sign_in_attempts
           where subject = $1 and at > clock_timestamp() - $3::interval order by at desc offset $2 limit 1""",
        subject,
        limit - 1,
        within,
    )
    return found


async def count(unbound: Connection, subject: str) -> datetime:
    """One more try; when it was."""
    at: datetime = await unbound.fetchval("insert into sign_in_attempts (subject) values ($1) returning at", subject)
    return at


async def forget(unbound: Connection, subject: str, *, within: timedelta) -> None:
    """The subject's tries are forgotten. Older ones than `within` are left to `forget_old`: two who delete the same
    rows could wait for each other."""
    await unbound.execute(
        "delete from sign_in_attempts where subject = $1 and at > clock_timestamp() - $2::interval", subject, within
    )


async def forget_one(unbound: Connection, subject: str, at: datetime) -> None:
    """One try of the subject is forgotten."""
    await unbound.execute("delete from sign_in_attempts where subject = $1 and at = $2", subject, at)


async def forget_old(unbound: Connection, *, older_than: timedelta) -> None:
    """Tries that count no more; one process at a time forgets them."""
    await unbound.execute(
        """delete from sign_in_attempts where at < clock_timestamp() - $1::interval
               and pg_try_advisory_xact_lock(hashtextextended('old sign-in attempts', 9))""",
        older_than,
    )
