"""The stage of the demonstration: who says what to whom, how long an answer takes, and what went wrong so far."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import monotonic

import asyncpg
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dev.practice_phone import PhoneClient
from dev.practice_phone.records import Kind
from dev.practice_phone.views import MessageView
from dev.seed import WEBHOOK_KEY
from dev.seed_work import ZONE
from domain.ids import OrganizationId
from storage.database import Database

PLAYED = "(demonstração)"
"""At the end of every name that plays here, so that the next demonstration knows what an earlier one left behind."""

PATIENCE = 120
"""Seconds a reply may take: a worker that is killed in the middle of the demo comes back well within them."""


@dataclass
class Stage:
    """The phone, the shop's rows, and the problems; `typed` and `heard` count each customer's messages."""

    console: Console
    phone: PhoneClient
    database: Database
    organization_id: OrganizationId
    practice_model: bool
    problems: list[str] = field(default_factory=list)
    typed: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    _last: dict[str, str] = field(default_factory=dict)

    def check(self, holds: bool, problem: str) -> None:
        """Note `problem` unless it holds."""
        if not holds:
            self.problems.append(problem)
            self.console.print(f"   [bold red]✗ {escape(problem)}[/]")

    async def types(self, phone: str, who: str, *lines: str) -> None:
        """Somebody types these lines."""
        for line in lines:
            self.console.print(f"[bold]{who}:[/] {escape(line)}")
            self._last[phone] = await self.phone.type_message(WEBHOOK_KEY, phone, line, name=who)
            self.typed[phone] += 1

    async def hears(self, phone: str, *, to: str = "", about: str = "", expect: Sequence[str] = ()) -> str:
        """The shop's next message, printed with the time it took; it has to contain what is expected.

        A real model chooses its own words: then only the rows are judged. `about`: words of the engine's own, by which
        the message is known; what the owner is told unasked meanwhile is passed over.
        """
        began = monotonic()
        async with asyncio.timeout(PATIENCE):
            reply = await self._next(phone)
            while about not in reply.text:
                self.console.print(f"[dim]AuZap (outro assunto): {escape(reply.text)}[/]\n")
                reply = await self._next(phone)
        took = monotonic() - began
        self.console.print(f"[green]AuZap[/]{f' → {to}' if to else ''} [dim]({took:.2f} s)[/]: {escape(reply.text)}\n")
        if self.practice_model:
            for words in expect:
                self.check(words.casefold() in reply.text.casefold(), f"a resposta não contém “{words}”")
        return reply.text

    async def sees(self, phone: str) -> bytes:
        """The shop's next message, which has to be a picture: its bytes; none where it is something else."""
        async with asyncio.timeout(PATIENCE):
            message = await self._next(phone)
        shown = b""
        if message.kind is Kind.IMAGE:
            shown = await self.phone.picture(WEBHOOK_KEY, message.id)
        self.console.print(f"[green]AuZap[/]: 🖼  [dim]imagem de {len(shown) // 1024} kB[/] {escape(message.text)}\n")
        return shown

    async def _next(self, phone: str) -> MessageView:
        message = await self.phone.next_reply(WEBHOOK_KEY, phone, after=self._last.get(phone, "0"))
        self._last[phone] = message.id
        self.heard[phone] += 1
        return message

    async def says(self, phone: str, who: str, *lines: str, to: str = "", expect: Sequence[str] = ()) -> str:
        """Somebody types these lines, and gets one reply."""
        await self.types(phone, who, *lines)
        return await self.hears(phone, to=to, expect=expect)

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows of the shop."""
        async with self.database.tenant(self.organization_id) as tenant:
            return list(await tenant.fetch(query, *arguments))

    async def bookings(self, *phones: str) -> list[asyncpg.Record]:
        """What these customers have booked, cancelled ones left out, soonest first."""
        return await self.rows(
            """select b.*, s.name service, p.name professional, t.name pet, ct.phone
               from bookings b join contacts ct on ct.id = b.contact_id join services s on s.id = b.service_id
               join professionals p on p.id = b.professional_id left join pets t on t.id = b.pet_id
               where ct.phone = any($1::varchar[]) and b.status <> 'cancelled' order by b.start_time, p.number""",
            list(phones),
        )

    def show(self, title: str, rows: Sequence[asyncpg.Record], *columns: str) -> None:
        """Some columns of rows, as a table."""
        table = Table(title=title, title_justify="left", title_style="bold", show_edge=False)
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*(escape(_plain(row[column])) for column in columns))
        self.console.print(table)


async def forget_earlier_plays(stage: Stage) -> None:
    """Take back what earlier demonstrations booked, kept and asked; what was done by hand stays."""
    played = f"%{PLAYED}"
    await stage.rows(
        """update bookings b set status = 'cancelled' from contacts c where c.id = b.contact_id and c.name like $1
           and b.status in ('scheduled', 'confirmed', 'completed') returning b.id""",
        played,
    )
    await stage.rows(
        "delete from held_slots h using contacts c where c.id = h.contact_id and c.name like $1 returning h.id", played
    )
    await stage.rows("delete from absences where note = $1 returning id", PLAYED)
    await stage.rows(
        """update shop_questions q set status = 'lapsed', answer_by = now() - interval '7 days' from contacts c
           where c.id = q.contact_id and c.name like $1 and q.status in ('asked', 'lapsed') returning q.id""",
        played,
    )


def shop_time(ahead: int, at: time) -> datetime:
    """A time of day so many days from today, in the shop."""
    return datetime.combine(datetime.now(ZONE).date() + timedelta(days=ahead), at, tzinfo=ZONE)


def fresh_phone() -> str:
    """A customer nobody knows yet, so that the demonstration can be played again and again."""
    return f"55119{secrets.randbelow(10**8):08d}"


def _plain(value: object) -> str:
    return f"{value:%d/%m %H:%M:%S} UTC" if hasattr(value, "hour") else str(value)
