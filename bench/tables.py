"""The figures on a terminal, and the machine they were taken on."""

import os
import platform
from importlib.metadata import version

import psutil
from rich.console import Console
from rich.table import Table

from bench.agenda import BOOKINGS, AgendaFigures
from bench.console import ConsoleFigures, console_targets
from bench.figures import MEGABYTE, Run, Scenario, Target, agenda_targets, inbox_targets, question_targets, targets
from bench.handovers import HandoverFigures
from bench.inbox import InboxFigures
from bench.questions import QuestionFigures


def machine() -> dict[str, str]:
    """What the figures depend on."""
    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count() or 1
    return {
        "cores": str(cores),
        "memory": f"{psutil.virtual_memory().total / MEGABYTE / 1_000:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def show(console: Console, run: Run) -> None:
    """Everything that a run found."""
    where = "on disk (WAL, fsync)" if run.storage == "disk" else "in memory"
    console.print(f"\n[bold]Temporal and Postgres {where}[/bold]")
    console.print(_waits(run.new_customers, run.returning_customers, run.burst))
    console.print(_costs(run))
    console.print(_targets(targets(run)))


def show_agenda(console: Console, found: AgendaFigures) -> None:
    """What availability costs."""
    console.print(f"\n[bold]Agenda[/bold]: {found.slots} free starts found among {BOOKINGS} bookings")
    console.print(_targets(agenda_targets(found)))


def show_questions(console: Console, found: QuestionFigures) -> None:
    """What the owner's questions cost."""
    amounts = f"{found.amounts.bookings:,} bookings, {found.amounts.messages:,} messages".replace(",", " ")
    console.print(f"\n[bold]Questions[/bold]: {amounts}, loaded in {found.load_seconds:g} s")
    periods = list(dict.fromkeys(one.period for one in found.questions))
    table = Table("p50/p95 ms", *periods)
    for figure in dict.fromkeys(one.figure for one in found.questions):
        of_period = {one.period: f"{one.p50:g}/{one.p95:g}" for one in found.questions if one.figure == figure}
        table.add_row(figure, *(of_period.get(period, "") for period in periods))
    console.print(table)
    console.print(f"Client AI, all years, the very first time: {found.rolled_up:g} ms")
    console.print(_targets(question_targets(found)))


def show_console(console: Console, found: ConsoleFigures) -> None:
    """How soon open consoles show what is stored, and what that costs."""
    sizes = found.screens
    console.print(
        f"\n[bold]Console[/bold]: {sizes.consoles} open, {found.messages} messages at {sizes.per_second:g}/s, "
        f"{found.events:g} events/s"
    )
    table = Table("from commit to the last screen", "p50", "p90", "p99", "max ms")
    for title, waits in (("list of conversations", found.on_every_list), ("conversation", found.in_the_conversation)):
        table.add_row(title, *(f"{value:.0f}" for value in (waits.p50, waits.p90, waits.p99, waits.max)))
    console.print(table)
    paintings = ", ".join(f"{part} {rate:g}" for part, rate in found.paintings.items())
    costs = ", ".join(f"{part} {spent:g} ms" for part, spent in found.cpu_ms.items())
    console.print(f"Paintings/s: {paintings}; CPU a message: {costs}; gateway {found.gateway_megabytes:g} MB")
    console.print(_targets(console_targets(found)))


def show_handovers(console: Console, found: HandoverFigures) -> None:
    """What open hand-overs leave in the worker's memory."""
    opened = f"{found.open_handovers:,}".replace(",", " ")
    console.print(f"\n[bold]Open hand-overs[/bold]: {opened}, begun in {found.seconds_to_open:g} s")
    table = Table("the worker's memory", "MB")
    table.add_row("at rest, after 100 messages", f"{found.worker_at_rest:g}")
    table.add_row("with all of them open", f"{found.worker_with_all:g}")
    console.print(table)
    console.print(_targets((found.target,)))


def show_inbox(console: Console, found: InboxFigures) -> None:
    """What the lists of conversations cost."""
    crowd = f"{found.conversations:,} conversations, {found.waiting:,} open hand-overs".replace(",", " ")
    console.print(f"\n[bold]Lists of the console[/bold]: {crowd}, loaded in {found.load_seconds:g} s")
    table = Table("page, over HTTP", "first ms", "p50", "p95")
    for one in found.pages:
        table.add_row(one.page, f"{one.first:g}", f"{one.p50:g}", f"{one.p95:g}")
    console.print(table)
    console.print(_targets(inbox_targets(found)))


def _waits(*scenarios: Scenario) -> Table:
    table = Table("scenario", "messages", "messages/s", "webhook p50/p99 ms", "send p50", "p90", "p99", "max ms")
    for s in scenarios:
        count = f"{s.messages}" + (f" [red]({s.missing} missing)[/red]" if s.missing else "")
        reply = (f"{value:.0f}" for value in (s.reply.p50, s.reply.p90, s.reply.p99, s.reply.max))
        table.add_row(s.title, count, f"{s.per_second:g}", f"{s.webhook.p50:.0f}/{s.webhook.p99:.0f}", *reply)
    return table


def _costs(run: Run) -> Table:
    table = Table("process", "CPU ms a message: new", "returning", "burst", "CPU % at rest", "MB at rest", "MB after")
    for part in run.memory_at_rest:
        cpu = (f"{s.cpu_ms[part]:.1f}" for s in (run.new_customers, run.returning_customers, run.burst))
        rest = f"{run.cpu_at_rest[part]:.1f}"
        table.add_row(part, *cpu, rest, f"{run.memory_at_rest[part]:.0f}", f"{run.memory_after[part]:.0f}")
    sums = (sum(s.cpu_ms.values()) for s in (run.new_customers, run.returning_customers, run.burst))
    table.add_row("all", *(f"{total:.1f}" for total in sums), f"{sum(run.cpu_at_rest.values()):.1f}", "", "")
    return table


def _targets(found: tuple[Target, ...]) -> Table:
    table = Table("target", "wanted", "found", "")
    for target in found:
        sign = "≥" if target.at_least else "≤"
        verdict = "[green]met[/green]" if target.holds else "[red]missed[/red]"
        table.add_row(target.title, f"{sign} {target.limit:g} {target.unit}", f"{target.measured:g}", verdict)
    return table
